import { concatMap, type Observable } from 'rxjs';
import { z } from 'zod';
import { accountSlot, addToAccount, declareEarly } from '../account.ts';
import { Duration } from '../duration.ts';
import { ForetideError } from '../errors.ts';
import type { DeadLetter, Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { Buckets } from './buckets.ts';
import { EventTime, newer } from './event-time.ts';
import type { Gaps } from './gaps.ts';
import { startOf } from './grid.ts';
import { joinedChannels, JoinSettings } from './join-settings.ts';
import { Known, type KnownAhead } from './known.ts';
import { alignInGrace } from './grace.ts';
import { Late } from './late.ts';
import { refusedReading } from './refused-reading.ts';
import { AlignedRows } from './rows.ts';
import { Steps } from './steps.ts';
import { waves } from './waves.ts';

/** Readings of a series that are kept for late ones, where no setting says. */
const GRACE_READINGS = 256;
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
        'What the readings of an interval of `every` become: one row at its start, out when the first reading of a later one comes; none: each reading is a row, with `join`: last',
      ),
    offset: Duration.optional().describe(
      'Where the grid of `aggregate` or `join` lies: its intervals begin so long after 1970-01-01T00:00Z, and whole steps before and after that',
    ),
    join: JoinSettings.optional(),
    grace: z
      .union([z.literal('none').transform(() => undefined), Duration])
      .optional()
      .describe(
        'How far behind the watermark a late reading may lie and still be taken in: its series goes back to before it, and forecasts are revised; none (default): each is a dead letter. Needs a duration in `every`',
      ),
    graceReadings: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        'Most readings of a series that are kept for late ones; default 256. For all of the grace to count it takes as many as come in twice of it',
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
      .describe(
        'A series whose reading comes more steps than this after the one before starts with an empty h and C',
      ),
  })
  .superRefine(({ every, aggregate, offset, join, grace, graceReadings, gaps, gapLimit }, context) => {
    const fault = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (grace === undefined) {
      if (graceReadings !== undefined)
        fault('graceReadings', `expected none without a grace, got ${graceReadings}`);
    } else {
      if (!Number.isInteger(grace)) fault('grace', `expected whole milliseconds, got ${grace}`);
      if (join)
        fault('grace', 'expected none where series are joined: `join.wait` says how long a row waits');
      else if (aggregate !== 'none')
        fault('grace', `expected none with the aggregate ${aggregate}: what has gone out is not revised`);
      // a median would move with each late reading, and the targets of what was forecast with it
      if (every === 'auto') fault('every', 'expected a duration such as 1m with a grace, got auto');
    }
    if (gaps === 'mask' && gapLimit > MOST_MASKED)
      fault('gapLimit', `expected at most ${MOST_MASKED} with gaps mask, got ${gapLimit}`);
    if (aggregate === 'none' && !join) {
      if (offset !== undefined) fault('offset', 'expected none without an aggregate, got one');
    } else if (every === 'auto') {
      const user = join ? 'to join series' : `for the aggregate ${aggregate}`;
      fault('every', `expected a duration such as 1m ${user}, got auto`);
    } else {
      if (!Number.isInteger(every)) fault('every', `expected whole milliseconds, got ${every}`);
      if (offset !== undefined && !(Number.isInteger(offset) && offset < every))
        fault('offset', `expected whole milliseconds, fewer than the ${every} of every, got ${offset}`);
    }
  })
  .prefault({});
export type AlignSettings = z.infer<typeof AlignSettings>;

/** What late readings make of rows, where they are taken in. */
export interface Revisions {
  /**
   * [n] 0 for what is said at first. Where a late reading has come in, that one and the rows after it are said anew: offset of its record + 1, so that of
   * two that are said of the same the later one has the larger number, or the same.
   */
  readonly revision: Float64Array;
  /** [n] 1 for a row that was there before. Where its revision is 0, no late reading lies before it: all that was said of it stands, and is not said again. */
  readonly again: Uint8Array;
  /** [n] its place among the readings that are kept; −1: it is not. */
  readonly place: Int32Array;
  /** [n] 1 for the newest reading of its series: what a late one has made of those after it is complete. */
  readonly isNewest: Uint8Array;
}

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
  /** What is known ahead, where `join.known` is set. */
  readonly known?: KnownAhead;
  /** Whether each row is what came in an interval, and is named by the record that closed it: the one after its last. */
  readonly isAggregate: boolean;
  /** Where `grace` is set. */
  readonly revisions?: Revisions;
}

/**
 * Puts each series in order of event time, on a regular grid where there is to be one, and counts its steps.
 *
 * 1. A reading as old as its series' newest is `duplicate`, an older one `late`; both become dead letters and are counted. With an
 *    aggregate a reading is late where the bucket that it belongs to is closed: see `Buckets`.
 * 2. Every other reading is used: as a row, or with an aggregate in the row of its bucket. That one names the record that closed it, and
 *    its time is the start of the bucket.
 * 3. With `join` the readings of a series' channels come one by one (see `joinedDecoder`) and are put together in buckets, which wait for all
 *    of them; the aggregate is `last` where none is set. What `join.known` names is kept apart (see `Known`), closes no bucket, and is no news
 *    of the partition's time; it is in the row of its own interval, and in the column `known` of the rows before.
 * 4. The number of steps since the row before is the elapsed time over the sampling step, rounded, at least 1.
 * 5. The partition's slot `clock` is its event time, ms: the newest of its readings, or what a `tick` says where none comes. No tick
 *    closes a bucket or makes a reading late.
 * 6. What comes out are waves: frames in which no series stands twice (see `Frame`), of one row each where a later stage
 *    has borrowed numbers that all series teach in turn.
 * 7. With a `grace` a reading older than its series' newest is taken in, too, where it lies less than that behind the watermark: the series goes back
 *    to before it and is stepped again from there (see `alignInGrace`).
 *
 * @param channels of the readings; only an aggregate, a join or a grace has to know
 * @throws ForetideError PIPELINE_INVALID where an aggregate, a join or a grace meets readings of another number of channels; where a grace meets
 *   weights that all series teach in turn
 */
export function align(memory: Memory, settings: AlignSettings, channels = 1) {
  const {
    every,
    gapLimit,
    aggregate,
    offset = 0,
    join,
    grace,
    graceReadings,
    gaps: policy,
    decay,
  } = settings;
  if (join && channels !== joinedChannels(join).length)
    throw otherChannels(joinedChannels(join).length, channels);
  const gaps: Gaps = { policy, decay };
  const account = accountSlot(memory);
  const time = new EventTime(memory);
  const steps = new Steps(memory, every, gapLimit);
  const late =
    grace === undefined
      ? undefined
      : new Late(memory, steps, grace, graceReadings ?? GRACE_READINGS, channels);
  const grid = (aggregate === 'none' && !join) || every === 'auto' ? undefined : { every, offset };
  /** Channels that are observed; those after them are known ahead. */
  const observed = join?.channels.length ?? channels;
  const kind = aggregate === 'none' ? 'last' : aggregate;
  const buckets = grid && new Buckets(memory, grid, kind, observed, join?.wait);
  const known =
    grid && join && join.known.length > 0
      ? new Known(memory, grid, join.known.length, join.ahead, join.wait)
      : undefined;
  if (known) declareEarly(memory);

  function alignFrame<F extends Frame>(frame: F): Iterable<F & Aligned> {
    if ((buckets || late) && frame.channels !== channels) throw otherChannels(channels, frame.channels);
    if (late) return alignInGrace(frame, { memory, account, time, steps, late, gaps });
    const { length: n, series, value } = frame;
    memory.touchPartition();
    const rows = new AlignedRows();
    const dead: DeadLetter[] = [...frame.dead];
    const counts = { used: 0, duplicate: 0, late: 0, early: 0 };
    let newest = time.watermark;
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const t = frame.time[i]!;
      const from = i * frame.channels;
      const isAhead = known !== undefined && !isObserved(value, from);
      const refusal = isAhead
        ? known.refusal(row, t, buckets!.open(row))
        : buckets
          ? buckets.refusal(row, t, value, from)
          : steps.refusal(row, t);
      if (refusal) {
        counts[refusal.reason]++;
        dead.push(refusedReading(frame, i, refusal));
        continue;
      }
      memory.touch(row);
      counts.used++;
      if (!isAhead) {
        newest = newer(newest, t);
        if (buckets) buckets.take(row, t, value, from, (k, values) => putBucketOut(i, row, k, values));
        else putOut(i, row, t, value, from);
      }
      known?.take(row, t, value, from + observed);
    }
    time.move(newest, frame.command);
    addToAccount(memory, account, counts);
    const isAggregate = buckets !== undefined;
    return waves(frame, rows, {
      dead,
      gaps,
      isAggregate,
      isInTurn: memory.isTaughtInTurn,
      ...(known && { known }),
    });

    function putBucketOut(i: number, row: number, k: number, values: Float64Array): void {
      putOut(i, row, startOf(k, grid!), values, 0);
      for (let c = 0; c < (known?.channels ?? 0); c++) {
        rows.value.push(known!.value(row, c, k));
        for (let h = 0; h <= known!.ahead; h++) rows.known.push(known!.value(row, c, k + h));
      }
    }

    /** The next row of a series, put out by reading i. */
    function putOut(i: number, row: number, t: number, values: Float64Array, from: number): void {
      rows.from.push(i);
      for (let c = 0; c < (buckets ? observed : frame.channels); c++) rows.value.push(values[from + c]!);
      steps.take(row, t, rows);
    }
  }

  /** Whether the reading whose numbers begin at `from` is of more than what is known ahead. */
  function isObserved(value: Float64Array, from: number): boolean {
    for (let c = from; c < from + observed; c++) if (!Number.isNaN(value[c]!)) return true;
    return false;
  }

  return <F extends Frame>(source: Observable<F>): Observable<F & Aligned> =>
    source.pipe(concatMap(alignFrame));
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
