import type { RunSettings } from '../config/run-settings.ts';
import type { LoggedCommand } from '../command.ts';
import type { Decoder } from '../decode/decoder.ts';
import { Readings } from '../decode/readings.ts';
import { ForetideError } from '../errors.ts';
import type { DeadLetter, Frame } from '../frame.ts';
import type { Log } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import { prepare, timeReader } from '../run/prepare.ts';
import { Task, type TaskParts } from '../run/task.ts';
import type { Points } from '../sink/points.ts';
import type { Batch, SourceHandler, SourceRecord } from '../source/source.ts';
import type { Restored, Restoring, Store } from '../store/store.ts';

/** What of a partition is run again. */
export interface RerunRange {
  /** Offset of its first record; null: where the input begins. */
  readonly from: number | null;
  /** The position after its last; Infinity: where the input ends. */
  readonly to: number;
  /** What took effect in it, in order. */
  readonly commands: readonly LoggedCommand[];
  /** That the state was written under; of some stores its beginning alone is known. */
  readonly fingerprint: string;
  /** Gives the state that it begins with, where that is not the very beginning. */
  readonly restore?: ((into: Restoring) => void) | undefined;
  /** Event time, ms: it ends before the first record that is later, if that comes before `to`. Default: none is too late. */
  readonly until?: number;
}

/** Is told what comes out. */
export interface RerunObserver {
  /** All that came of a frame, in order. @returns whether enough is known */
  take(partition: number, blocks: readonly Points[]): boolean;
  /** The dead letters of a batch, in the order of their offsets. @returns whether enough is known */
  takeDead(partition: number, letters: readonly DeadLetter[]): boolean;
  /** The range of a partition has come to its end. */
  ended(task: Task): void;
}

export interface RerunParts {
  readonly pipeline: Pipeline;
  /** Of the run; its input reaches as far as the ranges do, at least. */
  readonly settings: RunSettings;
  readonly ranges: ReadonlyMap<number, RerunRange>;
  /** Those of partitions that `ranges` does not name; default: these are passed over. */
  readonly others?: ((partition: number) => RerunRange) | undefined;
  readonly observer: RerunObserver;
  /** Readings that are left out, by series and event time; default: none. */
  readonly isLeftOut?: ((series: string, time: number) => boolean) | undefined;
  readonly log: Log;
}

/**
 * Runs ranges of a history again, through the very tasks of a run, each as if it caught up with what had been committed before: commands take effect in
 * their places, and nothing is written anywhere.
 *
 * @returns whether all ranges came to their ends; not where the observer knew enough before
 * @throws ForetideError STATE_MISMATCH where the state was written under other settings, or the input ends before a range does; whatever source and
 *   stages throw
 */
export async function rerun(given: RerunParts): Promise<boolean> {
  const { pipeline, settings, ranges, others, observer, isLeftOut, log } = given;
  // where outputs would go is no matter, and need not be reached
  const own: RunSettings = { ...settings, output: { kind: 'none' }, deadLetters: { kind: 'store' } };
  const { decoder: whole, model, source } = await prepare(own, log);
  const decoder = isLeftOut ? leavingOut(whole, isLeftOut) : whole;
  const stop = new AbortController();
  const parts = { pipeline, settings: own, decoder, model, sink: undefined, deadLetters: undefined };
  const handler = new RerunHandler({
    task: { ...parts, stop: stop.signal },
    ranges: new Map(ranges),
    others,
    observer,
    stop: () => stop.abort(),
  });
  try {
    await source.run(handler, stop.signal);
    return handler.finish();
  } finally {
    handler.close();
  }
}

/** A decoder some of whose readings never were. */
function leavingOut(decoder: Decoder, isLeftOut: (series: string, time: number) => boolean): Decoder {
  return {
    channels: decoder.channels,
    ...(decoder.ahead !== undefined && { ahead: decoder.ahead }),
    decode(record, out) {
      const all = new Readings(out.channels);
      const refusal = decoder.decode(record, all);
      if (refusal) return refusal;
      for (let i = 0; i < all.length; i++) {
        if (isLeftOut(all.series[i]!, all.time[i]!)) continue;
        out.addAll(all.series[i]!, all.time[i]!, all.value.slice(i * all.channels, (i + 1) * all.channels));
      }
      return undefined;
    },
  };
}

/** Gives tasks what they begin with, and keeps nothing. */
class MutedStore implements Store {
  readonly name = 'nothing is kept';
  readonly #ranges: ReadonlyMap<number, RerunRange>;

  constructor(ranges: ReadonlyMap<number, RerunRange>) {
    this.#ranges = ranges;
  }

  open(partition: number, fingerprint: string, into: Restoring): Promise<Restored> {
    const range = this.#ranges.get(partition)!;
    if (!fingerprint.startsWith(range.fingerprint)) {
      throw new ForetideError('STATE_MISMATCH', {
        what: 'The stored state belongs to other settings, another model or another version',
        expected: `fingerprint ${range.fingerprint.slice(0, 12)}`,
        got: fingerprint.slice(0, 12),
        where: `partition ${partition}`,
        todo: 'Verify with the settings and the version that wrote it.',
      });
    }
    range.restore?.(into);
    const { from, to: committed, commands } = range;
    return Promise.resolve({ next: from ?? 0, committed, commands });
  }

  commit(): Promise<void> {
    return Promise.reject(new Error('Nothing is committed when a range is run again'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface RerunHandlerParts extends Pick<RerunParts, 'others' | 'observer'> {
  readonly task: Omit<TaskParts, 'store'>;
  /** Those of other partitions are added when they are opened. */
  readonly ranges: Map<number, RerunRange>;
  readonly stop: () => void;
}

class RerunHandler implements SourceHandler {
  readonly #parts: Omit<TaskParts, 'store'>;
  readonly #ranges: Map<number, RerunRange>;
  readonly #others: RerunParts['others'];
  readonly #observer: RerunObserver;
  readonly #stop: () => void;
  readonly #tasks = new Map<number, Task>();
  /** Dead letters of the batch at hand. */
  readonly #dead: DeadLetter[] = [];
  /** Partitions that have come to their ends. */
  readonly #ended = new Set<number>();
  readonly #timeOf: (record: SourceRecord) => number | undefined;
  #isEnough = false;

  constructor({ task, ranges, others, observer, stop }: RerunHandlerParts) {
    this.#parts = task;
    this.#timeOf = timeReader(task.decoder);
    this.#ranges = ranges;
    this.#others = others;
    this.#observer = observer;
    this.#stop = stop;
  }

  async open(partition: number): Promise<number | null> {
    const range = this.#ranges.get(partition) ?? this.#others?.(partition);
    if (!range) return null;
    this.#ranges.set(partition, range);
    const { pipeline } = this.#parts;
    const observed: Pipeline = {
      ...pipeline,
      records: (frame, settings, parts) =>
        this.#take(partition, frame, pipeline.records(frame, settings, parts)),
    };
    const store = new MutedStore(this.#ranges);
    const task = await Task.open(partition, { ...this.#parts, pipeline: observed, store });
    this.#tasks.set(partition, task);
    this.#look(task);
    return range.from;
  }

  handle({ partition, records, next }: Batch): Promise<void> {
    const task = this.#tasks.get(partition);
    const range = this.#ranges.get(partition);
    if (!task || !range || this.#isEnough || this.#ended.has(partition)) return Promise.resolve();
    const known = records.filter(({ offset }) => offset < range.to);
    const { until = Infinity } = range;
    const late =
      until === Infinity ? -1 : known.findIndex((record) => (this.#timeOf(record) ?? until) > until);
    if (late < 0) task.push({ partition, records: known, next: Math.min(next, range.to) });
    else if (late > 0) task.push({ partition, records: known.slice(0, late), next: known[late]!.offset });
    this.#look(task, late >= 0);
    return Promise.resolve();
  }

  lose(partition: number): Promise<void> {
    if (this.#ended.has(partition) || !this.#tasks.has(partition)) return Promise.resolve();
    return Promise.reject(
      new ForetideError('STORE_UNSETTLED', {
        what: 'The input was lost in the middle of a range',
        where: `partition ${partition}`,
        todo: 'Verify once more.',
        canRetry: true,
      }),
    );
  }

  /** The source has ended. @returns whether all ranges have come to their ends */
  finish(): boolean {
    if (this.#isEnough) return false;
    for (const [partition, { to }] of this.#ranges) {
      if (this.#ended.has(partition)) continue;
      const task = this.#tasks.get(partition);
      if (to === Infinity) {
        if (task) this.#observer.ended(task);
        continue;
      }
      throw new ForetideError('STATE_MISMATCH', {
        what: 'The input ends before the stored state does',
        expected: `records up to ${to}`,
        got: String(task?.position ?? 'none'),
        where: `partition ${partition}`,
        todo: 'Give the input that the run had, whole.',
      });
    }
    return true;
  }

  close(): void {
    for (const task of this.#tasks.values()) task.close();
    this.#tasks.clear();
  }

  #take(partition: number, frame: Frame, blocks: readonly Points[]): readonly Points[] {
    this.#dead.push(...frame.dead);
    if (!this.#isEnough && this.#observer.take(partition, blocks)) this.#enough();
    return blocks;
  }

  /** After something was taken in. */
  #look(task: Task, isAtEnd = false): void {
    const { partition } = task;
    const dead = this.#dead.splice(0).toSorted((a, b) => a.offset - b.offset);
    if (!this.#isEnough && this.#observer.takeDead(partition, dead)) this.#enough();
    if (this.#isEnough || !(isAtEnd || task.isCaughtUp)) return;
    this.#ended.add(partition);
    this.#observer.ended(task);
    if (this.#ended.size === this.#ranges.size) this.#stop();
  }

  #enough(): void {
    this.#isEnough = true;
    this.#stop();
  }
}
