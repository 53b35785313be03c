import { horizonTag } from '../forecast/horizon-tag.ts';
import { HORIZONS_SLOT, readScore, scoredChannels } from '../forecast/score.ts';
import type { Memory } from '../memory/memory.ts';
import type { HorizonScore } from '../serve/status.ts';

interface Sums {
  logLast: number;
  lastCount: number;
  logSeason: number;
  seasonCount: number;
  bands: number;
  covered: number;
  /** Targets that live coverages are taken over, and how many of them were held. */
  live: number;
  liveCovered: number;
}

/** Live coverages of series with more targets than this count alike. */
const LIVE_TARGETS = 1000;

/**
 * How the forecasts of all series have done, by horizon: the geometric mean over the series and their targets of MAE / MAE of a naive forecast,
 * so that series of any unit count alike, and the share of targets within the main band, of all and of the newest. Empty for a pipeline without
 * the stage `score`, and before its first reading.
 *
 * @param most series that are looked at, about: of more of them every second, third, … one
 */
export function summarise(memories: readonly Memory[], most = Infinity): HorizonScore[] {
  const all = memories.reduce((sum, { length }) => sum + length, 0);
  const every = Math.max(1, Math.ceil(all / most));
  const horizons = memories.map(horizonsOf).find((known) => known[0] !== 0) ?? [];
  return horizons.map((h, q) => {
    const sums: Sums = {
      logLast: 0,
      lastCount: 0,
      logSeason: 0,
      seasonCount: 0,
      bands: 0,
      covered: 0,
      live: 0,
      liveCovered: 0,
    };
    for (const memory of memories) addSeries(memory, horizons.length, q, every, sums);
    return {
      h: horizonTag(h),
      againstLast: sums.lastCount > 0 ? Math.exp(sums.logLast / sums.lastCount) : null,
      againstSeason: sums.seasonCount > 0 ? Math.exp(sums.logSeason / sums.seasonCount) : null,
      coverage: sums.bands > 0 ? sums.covered / sums.bands : null,
      liveCoverage: sums.live > 0 ? sums.liveCovered / sums.live : null,
    };
  });
}

/** The horizons that a pipeline scores; empty without the stage `score`, zeros before its first reading. */
export function horizonsOf(memory: Memory): number[] {
  const slot = memory.partitionSlot(HORIZONS_SLOT);
  if (!slot) return [];
  memory.seal();
  return [...memory.view().f64.subarray(slot.at(0), slot.at(0) + slot.width)];
}

function addSeries(memory: Memory, horizons: number, q: number, every: number, sums: Sums): void {
  const channels = scoredChannels(memory, horizons);
  for (let i = 0; i < memory.length; i += every) {
    const row = memory.rows[i]!;
    for (let c = 0; c < channels; c++) {
      const score = readScore(memory, row, c, horizons, q);
      if (!score) return;
      if (score.error > 0 && score.last > 0) {
        sums.logLast += Math.log(score.error / score.last);
        sums.lastCount++;
      }
      if (score.seasonalError > 0 && score.seasonal > 0) {
        sums.logSeason += Math.log(score.seasonalError / score.seasonal);
        sums.seasonCount++;
      }
      sums.bands += score.bands;
      sums.covered += score.covered;
      const live = Math.min(LIVE_TARGETS, score.bands);
      sums.live += live;
      sums.liveCovered += live * score.coverage;
    }
  }
}
