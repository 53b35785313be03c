import { concatMap, type Observable } from 'rxjs';
import { z } from 'zod';
import { accountSlot, addToAccount } from '../account.ts';
import { Duration } from '../duration.ts';
import { ForetideError } from '../errors.ts';
import type { DeadLetter, Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { Buckets } from './buckets.ts';
import type { Gaps } from './gaps.ts';
import { MedianStep } from './median-step.ts';
import { waves } from './waves.ts';

/** The most steps that the cell goes through before one reading. */
const MOST_MASKED = 1000;

export const AlignSettings = z
  .strictObject({
    every: z
      .union([z.literal('auto'), Duration])
      .default('auto')
      .describe("The series' sampling step, e.g. 1m; auto: the median of a series' last 17 steps"),
    aggregate: z
      .enum(['none', 'mean', 'last', 'sum', 'min', 'max'])
      .default('none')
      .describe(
        'What the readings of an interval of `every` become: one row at its start, out when the first reading of a later one comes; none: each reading is a row',
      ),
    offset: Duration.optional().describe(
      'Where the grid of `aggregate` lies: its intervals begin so long after 1970-01-01T00:00Z, and whole steps before and after that',
    ),
    gaps: z
      .enum(['hold', 'mask', 'decay', 'reset'])
      .default('hold')
      .describe(
        'What missing steps do to h and C. hold: nothing; mask: the cell steps through each, told that nothing was observed; decay: they fade; reset: they begin anew',
      ),
    decay: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.9)
      .describe('Share of h and C that is left after a missing step, with gaps decay'),
    gapLimit: z
      .int()
      .min(1)
      .default(24)
      .describe('After a gap of more steps than this a series starts with an empty h and C'),
  })
  .superRefine(({ every, aggregate, offset, gaps, gapLimit }, context) => {
    const fault = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (gaps === 'mask' && gapLimit > MOST_MASKED)
      fault('gapLimit', `expected at most ${MOST_MASKED} with gaps mask, got ${gapLimit}`);
    if (aggregate === 'none') {
      if (offset !== undefined) fault('offset', 'expected none without an aggregate, got one');
    } else if (every === 'auto') {
      fault('every', `expected a duration such as 1m for the aggregate ${aggregate}, got auto`);
    } else {
      if (!Number.isInteger(every)) fault('every', `expected whole milliseconds, got ${every}`);
      if (offset !== undefined && !(Number.isInteger(offset) && offset < every))
        fault('offset', `expected whole milliseconds, fewer than the ${every} of every, got ${offset}`);
    }
  })
  .prefault({});
export type AlignSettings = z.infer<typeof AlignSettings>;

/** Columns that `align` adds. */
export interface Aligned {
  /** [n] the row's number in its series, counted in steps: 1, 2, …; a gap of g steps raises it by g. */
  readonly index: Float64Array;
  /** [n] steps since the series' row before; 0 for its first. */
  readonly gap: Float64Array;
  /** [n] the series' sampling step, ms; 0 while it is not known. */
  readonly step: Float64Array;
  /** [n] 1 where the series begins anew: its first row, or the first after a gap above the limit. */
  readonly restart: Uint8Array;
  /** What the gaps do to h and C, the same for all rows. */
  readonly gaps: Gaps;
}

/**
 * Puts each series in order of event time, on a regular grid where there is to be one, and counts its steps.
 *
 * 1. A reading as old as its series' newest is `duplicate`, an older one `late`; both become dead letters and are counted. With an
 *    aggregate a reading is late where the bucket that it belongs to is closed: see `Buckets`.
 * 2. Every other reading is used: as a row, or with an aggregate in the row of its bucket. That one names the record that closed it, and
 *    its time is the start of the bucket.
 * 3. The number of steps since the row before is the elapsed time over the sampling step, rounded, at least 1.
 * 4. What comes out are waves: frames in which no series stands twice (see `Frame`).
 *
 * @param channels of the readings; only an aggregate has to know
 * @throws ForetideError PIPELINE_INVALID where an aggregate meets readings of another number of channels
 */
export function align(memory: Memory, settings: AlignSettings, channels = 1) {
  const { every, gapLimit, aggregate, offset = 0, gaps: policy, decay } = settings;
  const gaps: Gaps = { policy, decay };
  const account = accountSlot(memory);
  const watermark = memory.partition('watermark', 'f64');
  const last = memory.series('align.last', 'f64', 2); // time, index
  const medianStep = every === 'auto' ? new MedianStep(memory) : undefined;
  const buckets =
    aggregate === 'none' || every === 'auto'
      ? undefined
      : new Buckets(memory, { every, offset }, aggregate, channels);

  function alignFrame<F extends Frame>(frame: F): Iterable<F & Aligned> {
    if (buckets && frame.channels !== channels) throw otherChannels(channels, frame.channels);
    const { length: n, series } = frame;
    memory.touchPartition();
    const { f64 } = memory.view();
    const keep: number[] = [];
    const dead: DeadLetter[] = [...frame.dead];
    const counts = { used: 0, duplicate: 0, late: 0 };
    const index = new Float64Array(n);
    const gap = new Float64Array(n);
    const step = new Float64Array(n);
    const restart = new Uint8Array(n);
    const rows = buckets
      ? { time: new Float64Array(n), value: new Float64Array(n * channels) }
      : { time: frame.time, value: frame.value };
    let newest = f64[watermark.at(0)]!;
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const t = frame.time[i]!;
      const refusal = buckets ? buckets.refusal(row, t) : refusalOf(f64, last.at(row), t);
      if (refusal) {
        counts[refusal.reason]++;
        dead.push({
          offset: frame.offset[i]!,
          reason: refusal.reason,
          detail: `time ${t}: expected ${refusal.expected}`,
          series: frame.name[i]!,
          bytes: frame.bytes[i]!,
        });
        continue;
      }
      memory.touch(row);
      if (t > newest || newest === 0) newest = t;
      counts.used++;
      if (buckets && !buckets.take(row, t, frame.value, i * channels, rows, i)) continue;
      countSteps(row, rows.time[i]!, i);
      keep.push(i);
    }
    f64[watermark.at(0)] = newest;
    addToAccount(memory, account, counts);
    return waves({ ...frame, ...rows, dead, index, gap, step, restart, gaps }, keep);

    /** Row i is the next of its series. */
    function countSteps(row: number, t: number, i: number): void {
      const at = last.at(row);
      let stepNow = every === 'auto' ? 0 : every;
      let steps = 0;
      if (f64[at + 1]! > 0) {
        const delta = t - f64[at]!;
        if (medianStep) stepNow = medianStep.take(row, delta);
        steps = stepNow > 0 ? Math.max(1, Math.round(delta / stepNow)) : 1;
      }
      f64[at] = t;
      f64[at + 1] = f64[at + 1]! + Math.max(1, steps);
      index[i] = f64[at + 1]!;
      gap[i] = steps;
      step[i] = stepNow;
      restart[i] = steps === 0 || steps > gapLimit ? 1 : 0;
    }
  }

  return <F extends Frame>(source: Observable<F>): Observable<F & Aligned> =>
    source.pipe(concatMap(alignFrame));
}

/** Why a reading cannot be the next row of its series, whose last one (time, index) stands at `at`; undefined where it can. */
function refusalOf(
  f64: Float64Array,
  at: number,
  time: number,
): { readonly reason: 'duplicate' | 'late'; readonly expected: string } | undefined {
  const previous = f64[at]!;
  if (f64[at + 1] === 0 || time > previous) return undefined;
  const reason = time === previous ? 'duplicate' : 'late';
  return { reason, expected: `one after ${previous}, the newest of its series` };
}

function otherChannels(expected: number, got: number): ForetideError {
  return new ForetideError('PIPELINE_INVALID', {
    what: 'The readings have other channels than align was built for',
    expected: `${expected}`,
    got: `${got}`,
    where: 'align',
    todo: 'Tell it how many in the topology: align(memory, settings.align, model.channels).',
  });
}
