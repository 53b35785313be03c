import { concatMap, type Observable } from 'rxjs';
import { z } from 'zod';
import { accountSlot, addToAccount } from '../account.ts';
import { Duration } from '../duration.ts';
import type { DeadLetter, Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { waves } from './waves.ts';

export const AlignSettings = z
  .strictObject({
    every: z
      .union([z.literal('auto'), Duration])
      .default('auto')
      .describe("The series' sampling step, e.g. 1m; auto: the median of a series' last 17 steps"),
    gapLimit: z
      .int()
      .min(1)
      .default(24)
      .describe('After a gap of more steps than this a series starts with an empty h and C'),
  })
  .prefault({});
export type AlignSettings = z.infer<typeof AlignSettings>;

/** Columns that `align` adds. */
export interface Aligned {
  /** [n] the reading's number in its series, counted in steps: 1, 2, …; a gap of g steps raises it by g. */
  readonly index: Float64Array;
  /** [n] steps since the series' reading before; 0 for its first. */
  readonly gap: Float64Array;
  /** [n] the series' sampling step, ms; 0 while it is not known. */
  readonly step: Float64Array;
  /** [n] 1 where the series begins anew: its first reading, or the first after a gap above the limit. */
  readonly restart: Uint8Array;
}

const DELTAS = 17;
const ENOUGH = 3;

/**
 * Puts each series in order of event time and counts its steps.
 *
 * 1. A reading as old as its series' newest is `duplicate`, an older one `late`; both become dead letters and are counted.
 * 2. The number of steps since the reading before is the elapsed time over the sampling step, rounded, at least 1.
 * 3. What comes out are waves: frames in which no series stands twice (see `Frame`).
 */
export function align(memory: Memory, { every, gapLimit }: AlignSettings) {
  const account = accountSlot(memory);
  const watermark = memory.partition('watermark', 'f64');
  const last = memory.series('align.last', 'f64', 2); // time, index
  const deltas = memory.series('align.deltas', 'f64', every === 'auto' ? DELTAS + 1 : 0); // count, then a ring
  const fixedStep = every === 'auto' ? 0 : every;

  function alignFrame<F extends Frame>(frame: F): Iterable<F & Aligned> {
    const { length: n, series, time } = frame;
    memory.touchPartition();
    const { f64 } = memory.view();
    const keep: number[] = [];
    const dead: DeadLetter[] = [...frame.dead];
    const counts = { used: 0, duplicate: 0, late: 0 };
    const index = new Float64Array(n);
    const gap = new Float64Array(n);
    const step = new Float64Array(n);
    const restart = new Uint8Array(n);
    let newest = f64[watermark.at(0)]!;
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const t = time[i]!;
      const at = last.at(row);
      const previous = f64[at + 1] === 0 ? undefined : f64[at]!;
      if (previous !== undefined && t <= previous) {
        const reason = t === previous ? 'duplicate' : 'late';
        counts[reason]++;
        dead.push({
          offset: frame.offset[i]!,
          reason,
          detail: `time ${t}: expected one after ${previous}, the newest of its series`,
          series: frame.name[i]!,
          bytes: frame.bytes[i]!,
        });
        continue;
      }
      memory.touch(row);
      let stepNow = fixedStep;
      let steps = 0;
      if (previous !== undefined) {
        const delta = t - previous;
        if (every === 'auto') stepNow = medianStep(f64, deltas.at(row), delta);
        steps = stepNow > 0 ? Math.max(1, Math.round(delta / stepNow)) : 1;
      }
      f64[at] = t;
      f64[at + 1] = f64[at + 1]! + Math.max(1, steps);
      index[i] = f64[at + 1]!;
      gap[i] = steps;
      step[i] = stepNow;
      restart[i] = steps === 0 || steps > gapLimit ? 1 : 0;
      if (t > newest || newest === 0) newest = t;
      counts.used++;
      keep.push(i);
    }
    f64[watermark.at(0)] = newest;
    addToAccount(memory, account, counts);
    return waves({ ...frame, dead, index, gap, step, restart }, keep);
  }

  return <F extends Frame>(source: Observable<F>): Observable<F & Aligned> =>
    source.pipe(concatMap(alignFrame));
}

/** Workspace of `medianStep`. */
const sorted = new Float64Array(DELTAS);

/** Takes in one more step and gives the median of the last 17, in whole ms; 0 while there are fewer than three. */
function medianStep(f64: Float64Array, at: number, delta: number): number {
  const count = f64[at]!;
  f64[at + 1 + (count % DELTAS)] = delta;
  f64[at] = count + 1;
  const known = Math.min(count + 1, DELTAS);
  if (known < ENOUGH) return 0;
  // insertion: a regular series is in order already
  for (let i = 0; i < known; i++) {
    const next = f64[at + 1 + i]!;
    let j = i;
    for (; j > 0 && sorted[j - 1]! > next; j--) sorted[j] = sorted[j - 1]!;
    sorted[j] = next;
  }
  return Math.max(1, Math.round(sorted[known >> 1]!));
}
