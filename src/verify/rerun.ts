import type { RunSettings } from '../config/run-settings.ts';
import type { Promote } from '../command.ts';
import { ForetideError } from '../errors.ts';
import type { DeadLetter, Frame } from '../frame.ts';
import type { Log } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import { prepare, timeReader } from '../run/prepare.ts';
import { modelFor } from '../model/model-for.ts';
import { Task, type TaskParts } from '../run/task.ts';
import type { Points } from '../sink/points.ts';
import type { Batch, SourceHandler, SourceRecord } from '../source/source.ts';
import { Course, type CourseVariant, hasPromotions } from './course.ts';
import { leavingOut } from './leaving-out.ts';
import { MutedStore, type RerunRange } from './rerun-range.ts';

export type { RerunRange } from './rerun-range.ts';

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
  /** The run's settings with something over them, as a promotion has it. Left out: history with promotions cannot be run again. */
  readonly overlaid?: Overlaid | undefined;
  readonly log: Log;
}

/** The settings of a run with something over them; see `overlaidBy`. */
export type Overlaid = (over: NonNullable<Promote['over']>) => RunSettings;

/**
 * Runs ranges of a history again, through the very tasks of a run, each as if it caught up with what had been committed before: commands take effect in
 * their places, and nothing is written anywhere.
 *
 * @returns whether all ranges came to their ends; not where the observer knew enough before
 * @throws ForetideError STATE_MISMATCH where the state was written under other settings, or the input ends before a range does; whatever source and
 *   stages throw
 */
export async function rerun(given: RerunParts): Promise<boolean> {
  const { pipeline, settings, ranges, others, observer, isLeftOut, overlaid, log } = given;
  // where outputs would go is no matter, and need not be reached
  const own: RunSettings = { ...settings, output: { kind: 'none' }, deadLetters: { kind: 'store' } };
  const { decoder: whole, model, source } = await prepare(own, log);
  const decoder = isLeftOut ? leavingOut(whole, isLeftOut) : whole;
  const stop = new AbortController();
  const parts = { pipeline, settings: own, decoder, model, sink: undefined, deadLetters: undefined };
  const variant = async (over: Promote['over']): Promise<CourseVariant> => {
    if (over === null) return { settings: own, model };
    if (!overlaid) throw notToBeOverlaid(over);
    const { output, deadLetters, input, digest } = own;
    const settingsThen: RunSettings = { ...overlaid(over), output, deadLetters, input, digest };
    return { settings: settingsThen, model: await modelFor(settingsThen.model, whole.channels) };
  };
  const handler = new RerunHandler({
    task: { ...parts, stop: stop.signal },
    variant,
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

interface RerunHandlerParts extends Pick<RerunParts, 'others' | 'observer'> {
  readonly task: Omit<TaskParts, 'store'>;
  readonly variant: (over: Promote['over']) => Promise<CourseVariant>;
  /** Those of other partitions are added when they are opened. */
  readonly ranges: Map<number, RerunRange>;
  readonly stop: () => void;
}

class RerunHandler implements SourceHandler {
  readonly #parts: Omit<TaskParts, 'store'>;
  readonly #variant: RerunHandlerParts['variant'];
  readonly #ranges: Map<number, RerunRange>;
  readonly #others: RerunParts['others'];
  readonly #observer: RerunObserver;
  readonly #stop: () => void;
  readonly #tasks = new Map<number, Course | Task>();
  /** Dead letters of the batch at hand, by partition: others may be pushed meanwhile. */
  readonly #dead = new Map<number, DeadLetter[]>();
  /** Partitions that have come to their ends. */
  readonly #ended = new Set<number>();
  readonly #timeOf: (record: SourceRecord) => number | undefined;
  #isEnough = false;

  constructor({ task, variant, ranges, others, observer, stop }: RerunHandlerParts) {
    this.#parts = task;
    this.#variant = variant;
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
    const own = { ...this.#parts, ...(await this.#variant(range.over ?? null)) };
    if (hasPromotions(range)) {
      const course = await Course.open({ partition, range, task: own, observed, variant: this.#variant });
      this.#tasks.set(partition, course);
    } else {
      const store = new MutedStore(this.#ranges);
      this.#tasks.set(partition, await Task.open(partition, { ...own, pipeline: observed, store }));
    }
    this.#look(partition);
    return range.from;
  }

  async handle({ partition, records, next }: Batch): Promise<void> {
    const tasks = this.#tasks.get(partition);
    const range = this.#ranges.get(partition);
    if (!tasks || !range || this.#isEnough || this.#ended.has(partition)) return;
    const known = records.filter(({ offset }) => offset < range.to);
    const { until = Infinity } = range;
    const late =
      until === Infinity ? -1 : known.findIndex((record) => (this.#timeOf(record) ?? until) > until);
    if (late < 0) await tasks.push({ partition, records: known, next: Math.min(next, range.to) });
    else if (late > 0)
      await tasks.push({ partition, records: known.slice(0, late), next: known[late]!.offset });
    this.#look(partition, late >= 0);
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
      const task = this.#task(partition);
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
    this.#dead.set(partition, [...(this.#dead.get(partition) ?? []), ...frame.dead]);
    if (!this.#isEnough && this.#observer.take(partition, blocks)) this.#enough();
    return blocks;
  }

  /** The task of a partition whose outputs count. */
  #task(partition: number): Task | undefined {
    const tasks = this.#tasks.get(partition);
    return tasks instanceof Course ? tasks.task : tasks;
  }

  /** After something was taken in. */
  #look(partition: number, isAtEnd = false): void {
    const task = this.#task(partition)!;
    const dead = (this.#dead.get(partition) ?? []).toSorted((a, b) => a.offset - b.offset);
    this.#dead.delete(partition);
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

function notToBeOverlaid(over: NonNullable<Promote['over']>): ForetideError {
  return new ForetideError('STATE_MISMATCH', {
    what: 'The run went by settings that were promoted',
    got: JSON.stringify(over).slice(0, 200),
    todo: 'Run it again by a command that is given the settings of the run.',
  });
}
