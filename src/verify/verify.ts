import type { RunSettings } from '../config/run-settings.ts';
import type { RangeDigest } from '../digest/range-digest.ts';
import { ForetideError } from '../errors.ts';
import type { DeadLetter } from '../frame.ts';
import { type Log, silentLog } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import { mustNotReadOwnStore } from '../run/prepare.ts';
import type { PartitionDigest } from '../digest/partition-digest.ts';
import { rangeReport } from '../run/range-report.ts';
import { type StorePlace, storePlace } from '../run/stores.ts';
import type { Task } from '../run/task.ts';
import type { Points } from '../sink/points.ts';
import type { Difference } from './difference.ts';
import { beginOf, rangeFrom } from '../past/range-from.ts';
import { snapshotsOf } from '../past/snapshots-of.ts';
import type { Snapshots } from '../store/snapshots.ts';
import type { Restoring } from '../store/store.ts';
import { type Overlaid, rerun, type RerunObserver, type RerunRange } from './rerun.ts';
import { openStored, rerunSettings } from './stored-of.ts';
import type { Stored, StoredPartition } from './stored.ts';

export interface VerifyOptions {
  readonly pipeline: Pipeline;
  readonly settings: RunSettings;
  /**
   * Event time, ms: partitions begin with their newest snapshots that know nothing from then on, and what came before is not looked at. Default: all from
   * the beginning, as where there is no snapshot.
   */
  readonly since?: number | undefined;
  /** The settings with something over them, for history with promotions. Left out: such cannot be verified. */
  readonly overlaid?: Overlaid | undefined;
  readonly log?: Log;
}

/** What came of it. */
export interface Verdict {
  /** Undefined: everything is equal. */
  readonly difference: Difference | undefined;
  /** Outputs that came again, dead letters apart. */
  readonly outputs: number;
  /** Of what came again, where the run kept sums: of each partition that was run to its end. */
  readonly digests: readonly PartitionDigest[];
}

/**
 * Runs what a run has taken in again, from the beginning to the position that its store has, with the commands of then, and holds all that comes of it
 * against what is stored: outputs, dead letters, the sums over them, the state. The first place that differs is told; of several kinds the outputs'.
 *
 * @throws ForetideError STATE_MISMATCH where it cannot be run again: nothing is stored, the settings are others, the input is not whole, sums that
 *   began in the middle; FILE_UNREADABLE; whatever source and stages throw
 */
export async function verify(options: VerifyOptions): Promise<Verdict> {
  const { pipeline, settings } = options;
  const place = storePlace(pipeline.name, settings);
  mustNotReadOwnStore(settings, place);
  const { isWorthMore, ...verdict } = await attempt(options, place, false);
  return isWorthMore ? attempt(options, place, true) : verdict;
}

async function attempt(
  { pipeline, settings, since, overlaid, log = silentLog }: VerifyOptions,
  place: StorePlace,
  isThorough: boolean,
): Promise<Verdict & { readonly isWorthMore: boolean }> {
  const stored = await openStored(place, settings, { isThorough, hasState: true }, log);
  const snapshots = since === undefined ? undefined : snapshotsOf(pipeline.name, settings, place);
  try {
    const { partitions } = stored;
    const ranges = rangesOf(stored, snapshots, since);
    for (const [partition, { from, restore }] of ranges) if (restore) stored.begin(partition, from!);
    const observer = new Comparison(stored);
    const again = async (some: ReadonlyMap<number, RerunRange>): Promise<boolean> => {
      if (some.size === 0) return true;
      const ends = partitions.map((one) => ({ ...one, next: some.get(one.partition)?.to ?? 0 }));
      return rerun({
        pipeline,
        settings: await rerunSettings(settings, ends, log),
        ranges: some,
        observer,
        overlaid,
        log,
      });
    };
    // where the state is kept at an earlier position, the way is gone as far as there first
    const isWhole =
      (await again(rangesToState(ranges, partitions))) && (await again(observer.rangesOn(ranges)));
    const { outputs } = observer;
    const digests = observer.digests.toSorted((a, b) => a.partition - b.partition);
    const difference = isWhole ? observer.atEnd() : observer.difference;
    return { difference, outputs, digests, isWorthMore: !isThorough && stored.isWorthMore(difference) };
  } finally {
    snapshots?.close();
    stored.close();
  }
}

/** @throws ForetideError STATE_MISMATCH where nothing is stored, or a state began before its sums */
function rangesOf(
  { where, partitions }: Stored,
  snapshots: Snapshots | undefined,
  since = -Infinity,
): ReadonlyMap<number, RerunRange> {
  if (partitions.length === 0) {
    throw new ForetideError('STATE_MISMATCH', {
      what: 'Nothing is stored that could be verified',
      where,
      todo: 'Run the pipeline first, or name its store.',
    });
  }
  return new Map(
    partitions.map((one) => {
      const { partition, next, digest, commands, fingerprint } = one;
      const begun = rangeFrom(one, snapshots, since - 1);
      if (begun) return [partition, begun];
      const isPromoted = commands.some(({ command }) => command.kind === 'promote');
      if (digest && digest.before > 0 && !isPromoted)
        throw beginsLate(digest, `${where}, partition ${partition}`);
      return [partition, { from: beginOf(one), to: next, commands, fingerprint }];
    }),
  );
}

/** Of ranges those parts that end where the state of their partitions is kept, if that is before their ends. */
function rangesToState(
  ranges: ReadonlyMap<number, RerunRange>,
  partitions: readonly StoredPartition[],
): ReadonlyMap<number, RerunRange> {
  const found = new Map<number, RerunRange>();
  for (const { partition, stateAt } of partitions) {
    const range = ranges.get(partition)!;
    // from a snapshot behind it, there is nothing to hold against it
    if (!stateAt || stateAt.next < (range.from ?? 0)) continue;
    const commands = range.commands.filter(({ number }) => number <= stateAt.commands);
    found.set(partition, { ...range, to: stateAt.next, commands });
  }
  return found;
}

/** Holds what comes again against what is stored. */
class Comparison implements RerunObserver {
  /** Of outputs or dead letters. */
  difference: Difference | undefined;
  outputs = 0;
  readonly digests: PartitionDigest[] = [];
  readonly #stored: Stored;
  readonly #partitions: ReadonlyMap<number, StoredPartition>;
  /** Differences that would follow from others. */
  readonly #late: Difference[] = [];
  /** How partitions go on that stood where their state is kept. */
  readonly #on = new Map<number, Pick<RerunRange, 'from' | 'restore'>>();

  constructor(stored: Stored) {
    this.#stored = stored;
    this.#partitions = new Map(stored.partitions.map((one) => [one.partition, one]));
  }

  take(partition: number, blocks: readonly Points[]): boolean {
    for (const block of blocks) {
      this.outputs += block.length;
      this.difference ??= this.#stored.compare(partition, block);
    }
    return this.difference !== undefined;
  }

  takeDead(partition: number, letters: readonly DeadLetter[]): boolean {
    this.difference ??= this.#stored.compareDead(partition, letters);
    return this.difference !== undefined;
  }

  ended(task: Task): void {
    const { partition } = task;
    const { stateAt } = this.#partitions.get(partition)!;
    if (stateAt && !this.#on.has(partition) && task.position === stateAt.next) {
      this.#lookAtState(task);
      this.#on.set(partition, { from: stateAt.next, restore: restoring(task) });
      return;
    }
    const again = rangeReport(task);
    const kept = this.#partitions.get(partition)?.digest;
    if (again) this.digests.push(again);
    if (again && kept) this.#late.push(...sumDifferences(kept, again));
    if (!stateAt) this.#lookAtState(task);
  }

  /** What is left of ranges, from where the state of some of them was looked at. */
  rangesOn(ranges: ReadonlyMap<number, RerunRange>): ReadonlyMap<number, RerunRange> {
    return new Map(
      Array.from(ranges, ([partition, range]) => {
        const on = this.#on.get(partition);
        if (!on) return [partition, range];
        const { commands: known } = this.#partitions.get(partition)!.stateAt!;
        const commands = range.commands.filter(({ number }) => number > known);
        const promoted = range.commands.findLast(
          ({ number, command }) => number <= known && command.kind === 'promote',
        )?.command;
        const over = promoted?.kind === 'promote' ? promoted.over : (range.over ?? null);
        return [partition, { ...range, ...on, commands, over }];
      }),
    );
  }

  #lookAtState(task: Task): void {
    const state = this.#stored.compareState(task);
    if (state) this.#late.push(state);
  }

  /** Once all ranges have come to their ends. */
  atEnd(): Difference | undefined {
    for (const partition of this.#partitions.keys()) this.difference ??= this.#stored.left(partition);
    return this.difference ?? this.#late[0];
  }
}

/** What puts the state of a task as it is now into another: a copy, for the task goes. */
function restoring({ memory }: Task): (into: Restoring) => void {
  const rows = Array.from(memory.all(), ({ birth, series, bytes }) => ({
    birth,
    series,
    bytes: bytes.slice(),
  }));
  const archived = [...memory.archived()];
  const slots = memory.partitionBytes().slice();
  return (into) => {
    for (const { birth, series, bytes } of rows) into.row(birth, series, bytes);
    for (const { series, bytes } of archived) into.archived(series, bytes);
    into.partition(slots);
  };
}

function sumDifferences(kept: RangeDigest, again: PartitionDigest): Difference[] {
  const { partition } = again;
  const place = { partition, offset: null, series: '', time: null, column: '' };
  const sums = [
    ['digest of the outputs', 'outputs', 'sum'],
    ['digest of the dead letters', 'dead', 'deadSum'],
  ] as const;
  return sums
    .filter(([, count, sum]) => kept[count] !== again[count] || kept[sum] !== again[sum])
    .map(([what, count, sum]) => {
      const [stored, now] = [kept, again].map((of) => `${of[count]}, ${of[sum]}`);
      return { ...place, what, stored: stored!, again: now! };
    });
}

function beginsLate({ from, before }: RangeDigest, where: string): ForetideError {
  return new ForetideError('STATE_MISMATCH', {
    what: 'The sums begin in the middle, and the state of then is not kept',
    expected: 'sums over all that the state has seen',
    got: `sums from position ${from} on, after ${before} records`,
    where,
    todo: 'Run it with --digest from its beginning, with --fresh for instance.',
  });
}
