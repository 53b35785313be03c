import { SCORE, SCORE_SLOT } from '../forecast/score.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { HorizonScore } from '../serve/status.ts';

interface Sums {
  logLast: number;
  lastCount: number;
  logSeason: number;
  seasonCount: number;
  bands: number;
  covered: number;
}

/**
 * How the forecasts of all series have done, by horizon: the geometric mean over the series of MAE / MAE of a naive forecast,
 * so that series of any unit count alike, and the share of targets within the 90 % band.
 */
export function summarise(
  memories: readonly Memory[],
  model: Model,
  horizons: readonly number[],
): HorizonScore[] {
  const { channels, horizon } = model;
  const digits = Math.max(2, String(horizon).length);
  return horizons
    .filter((h) => h <= horizon)
    .map((h) => {
      const sums: Sums = { logLast: 0, lastCount: 0, logSeason: 0, seasonCount: 0, bands: 0, covered: 0 };
      for (const memory of memories) addSeries(memory, channels, horizon, h, sums);
      return {
        h: String(h).padStart(digits, '0'),
        againstLast: sums.lastCount > 0 ? Math.exp(sums.logLast / sums.lastCount) : null,
        againstSeason: sums.seasonCount > 0 ? Math.exp(sums.logSeason / sums.seasonCount) : null,
        coverage: sums.bands > 0 ? sums.covered / sums.bands : null,
      };
    });
}

function addSeries(memory: Memory, channels: number, horizon: number, h: number, sums: Sums): void {
  const slot = memory.seriesSlot(SCORE_SLOT);
  if (!slot) return; // a pipeline without the stage `score`
  const { f64 } = memory.view();
  for (let row = 0; row < memory.length; row++) {
    for (let c = 0; c < channels; c++) {
      const at = slot.at(row) + (c * horizon + h - 1) * SCORE.length;
      const get = (name: (typeof SCORE)[number]): number => f64[at + SCORE.indexOf(name)]!;
      if (get('error') > 0 && get('last') > 0) {
        sums.logLast += Math.log(get('error') / get('last'));
        sums.lastCount++;
      }
      if (get('seasonalError') > 0 && get('seasonal') > 0) {
        sums.logSeason += Math.log(get('seasonalError') / get('seasonal'));
        sums.seasonCount++;
      }
      sums.bands += get('bands');
      sums.covered += get('covered');
    }
  }
}
