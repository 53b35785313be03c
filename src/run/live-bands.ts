import { horizonTag } from '../forecast/horizon-tag.ts';
import { readScore, TARGETS_SLOT } from '../forecast/score.ts';
import type { Memory } from '../memory/memory.ts';
import type { LiveBand } from '../serve/status.ts';
import { horizonsOf } from './summary.ts';

/**
 * How the main band of a series does at each horizon. Empty of an unknown series, for a pipeline without the stage `score`, and before the
 * first target that had a band.
 *
 * @param series as it is written out: of a channel `series.channel`
 * @param channels their names; `['']` for series of one number
 */
export function liveBands(
  memories: readonly Memory[],
  channels: readonly string[],
  series: string,
): readonly LiveBand[] {
  for (const memory of memories) {
    for (const [t, channel] of targetsOf(memory).entries()) {
      const end = channels[channel] === '' ? '' : `.${channels[channel]}`;
      const row = series.endsWith(end) ? memory.find(series.slice(0, series.length - end.length)) : undefined;
      if (row !== undefined) return bandsAt(memory, row, t);
    }
  }
  return [];
}

/** Places in a reading of the channels that are scored. */
export function targetsOf(memory: Memory): number[] {
  const slot = memory.partitionSlot(TARGETS_SLOT);
  if (!slot) return [];
  memory.seal();
  return [...memory.view().f64.subarray(slot.at(0), slot.at(0) + slot.width)];
}

function bandsAt(memory: Memory, row: number, channel: number): LiveBand[] {
  const horizons = horizonsOf(memory);
  return horizons.flatMap((h, q) => {
    const score = readScore(memory, row, channel, horizons.length, q);
    if (!score || score.bands === 0) return [];
    const { bands, covered, coverage, width } = score;
    return [{ h: horizonTag(h), targets: bands, overall: covered / bands, coverage, width }];
  });
}
