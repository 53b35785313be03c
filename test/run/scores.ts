import { COUNTS, HORIZONS_SLOT, LIVES, type Score, SUMS, TARGETS_SLOT } from '../../src/forecast/score.ts';
import type { Memory } from '../../src/memory/memory.ts';

/** Slots as the stage `score` asks for them, to be filled by hand: what has been counted of a series, a channel and the q-th horizon. */
export function scoreSlots(memory: Memory, channels: number, horizons: readonly number[]) {
  const Q = horizons.length;
  const counts = memory.series('score.counts', 'i32', COUNTS.length * Q * channels);
  const lives = memory.series('score.live', 'f32', LIVES.length * Q * channels);
  const sums = memory.series('score.sums', 'f64', SUMS.length * Q * channels);
  const known = memory.partition(HORIZONS_SLOT, 'f64', Q);
  const among = memory.partition(TARGETS_SLOT, 'f64', channels);
  return {
    /** As if a reading had come. */
    begin: (): void => {
      memory.touchPartition();
      memory.view().f64.set(horizons, known.at(0));
      for (let c = 0; c < channels; c++) memory.view().f64[among.at(0) + c] = c;
    },
    put: (series: string, channel: number, q: number, score: Partial<Score>): void => {
      const row = memory.row(series);
      const { i32, f32, f64 } = memory.view();
      const place = channel * Q + q;
      COUNTS.forEach((name, i) => (i32[counts.at(row) + place * 2 + i] = score[name] ?? 0));
      LIVES.forEach((name, i) => (f32[lives.at(row) + place * 2 + i] = score[name] ?? 0));
      SUMS.forEach((name, i) => (f64[sums.at(row) + place * 4 + i] = score[name] ?? 0));
    },
  };
}
