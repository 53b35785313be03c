import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import { matches } from '../glob.ts';
import type { Command, PageCommand } from '../command.ts';
import type { Log } from '../log.ts';
import type { Memory } from '../memory/memory.ts';
import type { Batch, SourceHandler } from '../source/source.ts';
import { PromotedError } from '../store/promoted-error.ts';
import { type Committed, Task, type TaskParts } from './task.ts';

/** Called after each commit. */
export type CommitListener = (task: Task, committed: Committed) => void;

/** What the tasks of a process are made from. */
export interface TasksParts extends TaskParts {
  /** Settings and model of partitions that go on from a promotion, by what lies over the settings. Left out: none are followed. */
  readonly variant?: (
    over: Readonly<Record<string, unknown>>,
  ) => Promise<Pick<TaskParts, 'settings' | 'model'>>;
}

/** What runs along with a task; see `Shadow`. */
export interface Follower {
  push(batch: Batch): Promise<void>;
  command(command: Command): Promise<void>;
  close(): void;
}

/** Longest time between two looks at what is due; timers of more than 24 days would go off at once. */
const MAX_TICK_MS = 60_000;

/**
 * The tasks of this process: what a source hands its batches to.
 *
 * 1. Each partition's work goes one after the other; partitions do not wait for one another.
 * 2. Commits are due by count after a batch and by time on a timer, whichever comes first.
 * 3. After a batch or a commit that failed a partition takes nothing more until it is opened again: its task went back to the
 *    committed position, and a batch from further on would leave a hole that is never filled.
 */
export class Tasks implements SourceHandler {
  #parts: TasksParts;
  readonly #log: Log;
  readonly #tasks = new Map<number, Task>();
  readonly #queue = new Map<number, Promise<unknown>>();
  readonly #lastCommit = new Map<number, number>();
  /** When each partition was last heard of: a batch, a command, or its opening. */
  readonly #lastHeard = new Map<number, number>();
  /** Since when each partition has something that is not committed. */
  readonly #waitingSince = new Map<number, number>();
  /** What it took to open each partition, s. */
  readonly #openedIn = new Map<number, number>();
  readonly #listeners: CommitListener[] = [];
  readonly #brokenListeners: ((partition: number, error: unknown) => void)[] = [];
  readonly #failed = Promise.withResolvers<never>();
  readonly #partitionOf = new Map<string, number>();
  /** Of each partition: series with smaller numbers of birth are in `#partitionOf`, or were. */
  readonly #noted = new Map<number, number>();
  /** Partitions that take nothing more, each with the error that it failed with. */
  readonly #broken = new Map<number, unknown>();
  readonly #followers = new Map<number, Follower>();
  readonly #openListeners: ((partition: number) => void)[] = [];
  readonly #followerListeners: ((partition: number, error: unknown) => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #warned = false;

  constructor(parts: TasksParts, log: Log) {
    this.#parts = parts;
    this.#log = log;
    this.#failed.promise.catch(() => undefined);
    this.#startTimer();
  }

  /** Goes on with other settings, of which none has a meaning for state or outputs. */
  reload(settings: RunSettings): void {
    this.#parts = { ...this.#parts, settings };
    for (const task of this.#tasks.values()) task.reload(settings);
    if (this.#timer) this.#startTimer();
  }

  #startTimer(): void {
    clearInterval(this.#timer);
    const { every } = this.#parts.settings.commit;
    this.#timer = setInterval(
      () => this.#commitWhatIsDue(every),
      Math.min(Math.max(10, every / 4), MAX_TICK_MS),
    );
    this.#timer.unref();
  }

  /** Rejects when a commit that nobody awaits has failed. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  get all(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  onCommit(listener: CommitListener): void {
    this.#listeners.push(listener);
  }

  /** Called after a partition was opened. */
  onOpen(listener: (partition: number) => void): void {
    this.#openListeners.push(listener);
  }

  /** Called when what ran along with a partition has ended by itself: undefined where the partition has ended, or was opened again. */
  onUnfollowed(listener: (partition: number, error: unknown) => void): void {
    this.#followerListeners.push(listener);
  }

  onCommitted(listener: (partition: number, next: number) => void): void {
    this.onCommit((task, { next }) => listener(task.partition, next));
  }

  onBroken(listener: (partition: number, error: unknown) => void): void {
    this.#brokenListeners.push(listener);
  }

  open(partition: number): Promise<number | null> {
    return this.#inOrder(partition, async () => {
      this.#unfollow(partition);
      this.#tasks.get(partition)?.close();
      const before = performance.now();
      const task = await this.#openTask(partition);
      this.#openedIn.set(partition, (performance.now() - before) / 1000);
      this.#tasks.set(partition, task);
      this.#broken.delete(partition);
      this.#lastCommit.set(partition, performance.now());
      this.#lastHeard.set(partition, performance.now());
      this.#noteSeries(task);
      for (const listener of this.#openListeners) listener(partition);
      return task.next;
    });
  }

  /** The task of a partition, with the settings that it was promoted to, if it was. */
  async #openTask(partition: number): Promise<Task> {
    try {
      return await Task.open(partition, this.#parts);
    } catch (error) {
      const { variant } = this.#parts;
      if (!(error instanceof PromotedError) || !variant) throw error;
      const { promoted } = error;
      const parts = { ...this.#parts, ...(await variant(promoted.over)) };
      this.#log.warn(
        { partition, over: promoted.over },
        'goes on with what was promoted over these settings; foretide rollback goes back',
      );
      return Task.open(partition, { ...parts, promoted });
    }
  }

  handle(batch: Batch): Promise<void> {
    return this.#whole(batch.partition, async () => {
      const task = this.#tasks.get(batch.partition);
      if (!task) throw new Error(`Partition ${batch.partition} was handed over before it was opened`);
      if (!this.#waitingSince.has(batch.partition))
        this.#waitingSince.set(batch.partition, performance.now());
      task.push(batch);
      await this.#along(batch.partition, (follower) => follower.push(batch));
      this.#lastHeard.set(batch.partition, performance.now());
      const { readings, every } = this.#parts.settings.commit;
      const since = performance.now() - this.#lastCommit.get(batch.partition)!;
      if (task.pendingReadings >= readings || since >= every) await this.#commit(task);
    });
  }

  /**
   * Lets a command take effect after all that has come of the partition; resolves when that is durable.
   *
   * @throws ForetideError COMMAND_REFUSED where this process does not have the partition, or it has taken nothing in yet
   */
  command(partition: number, command: Command): Promise<void> {
    const task = this.#tasks.get(partition);
    if (!task) return Promise.reject(notOurs(partition));
    return this.#whole(partition, async () => {
      if (this.#tasks.get(partition) !== task) throw notOurs(partition);
      await this.#command(task, command);
    });
  }

  /** Gives a command to every partition that knows a series of it; resolves to how many these are once it is durable in all of them. */
  async commandAll(command: PageCommand): Promise<number> {
    const concerned = this.all.filter(({ memory }) => knows(memory, command.series));
    await Promise.all(concerned.map(({ partition }) => this.command(partition, command)));
    return concerned.length;
  }

  /**
   * Lets a command take effect that is made from the committed state of the partition that knows a series; the partition waits meanwhile, the others go on.
   * Resolves when it is durable.
   *
   * @param make is given the task, of which everything is committed
   * @throws ForetideError COMMAND_REFUSED where no partition of this process knows the series; whatever `make` throws, and nothing has changed then
   */
  async commandFrom<C extends Command>(series: string, make: (task: Task) => Promise<C>): Promise<C> {
    const task = this.all.find(({ memory }) => memory.find(series) !== undefined);
    if (!task) throw unknownHere(series);
    const { partition } = task;
    let refused: unknown;
    let made: C | undefined;
    await this.#whole(partition, async () => {
      if (this.#tasks.get(partition) !== task || !task.canObey) throw notOurs(partition);
      if (task.isDirty) await this.#commit(task);
      try {
        made = await make(task);
      } catch (error) {
        refused = error;
        return;
      }
      this.#lastHeard.set(partition, performance.now());
      await this.#command(task, made);
    });
    if (!made) throw refused;
    return made;
  }

  /**
   * Does something with the task of a partition, of which everything is committed; the partition waits meanwhile, the others go on. Whatever it throws
   * changes nothing.
   *
   * @throws ForetideError COMMAND_REFUSED where this process does not have the partition, or it has taken nothing in yet; whatever `work` throws
   */
  async still<T>(partition: number, work: (task: Task) => Promise<T>): Promise<T> {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
    await this.#whole(partition, async () => {
      const task = this.#tasks.get(partition);
      if (!task?.canObey) throw notOurs(partition);
      if (task.isDirty) await this.#commit(task);
      outcome = await work(task).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      this.#lastHeard.set(partition, performance.now());
    });
    if ('error' in outcome!) throw outcome.error;
    return outcome!.value;
  }

  /** From the next batch on something runs along with a partition. Only where it waits: see `still`. */
  follow(partition: number, follower: Follower): void {
    this.#followers.get(partition)?.close();
    this.#followers.set(partition, follower);
  }

  /** Ends what runs along with a partition, once what is under way has ended. */
  unfollow(partition: number): Promise<void> {
    return this.#inOrder(partition, () => {
      this.#followers.get(partition)?.close();
      this.#followers.delete(partition);
      return Promise.resolve();
    });
  }

  /**
   * Another task takes the place of a partition's, in the commit of the command that says so; the partition waits meanwhile. Resolves when that is durable.
   *
   * @param make is given the task, of which everything is committed
   * @throws as `still`
   */
  async replace(
    partition: number,
    make: (task: Task) => Promise<{ readonly task: Task; readonly command: Command }>,
  ): Promise<void> {
    let refused: { readonly error: unknown } | undefined;
    await this.#whole(partition, async () => {
      const before = this.#tasks.get(partition);
      if (!before?.canObey) throw notOurs(partition);
      if (before.isDirty) await this.#commit(before);
      const made = await make(before).catch((error: unknown) => void (refused = { error }));
      if (!made) return;
      this.#unfollow(partition);
      this.#tasks.set(partition, made.task);
      before.close();
      await this.#command(made.task, made.command);
    });
    if (refused) throw refused.error;
  }

  /** How long what has come has waited for its commit, in the partition where that is longest, ms; 0 where nothing waits. */
  get waiting(): number {
    const now = performance.now();
    return Math.max(0, ...Array.from(this.#waitingSince.values(), (since) => now - since));
  }

  /** The same of one partition, ms. */
  waitingOf(partition: number): number {
    const since = this.#waitingSince.get(partition);
    return since === undefined ? 0 : performance.now() - since;
  }

  /** What it took to get the state of a partition back when it was opened, s. */
  restoreSeconds(partition: number): number {
    return this.#openedIn.get(partition) ?? 0;
  }

  /** Partitions of which nothing has been heard for `ms`, and something before; with the position of each. */
  idle(ms: number): ReadonlyMap<number, number> {
    const now = performance.now();
    const idle = this.all.flatMap(({ partition, position, isCaughtUp, clock }) =>
      position !== null && isCaughtUp && clock !== 0 && now - this.#lastHeard.get(partition)! >= ms
        ? [[partition, position] as const]
        : [],
    );
    return new Map(idle);
  }

  /** Tells a partition that event time has gone on as long as nothing was heard of it, if that is still `ms` and `position` is where it stands. */
  tick(partition: number, position: number, ms: number): Promise<void> {
    return this.#alone(partition, async () => {
      const task = this.#tasks.get(partition);
      const since = performance.now() - (this.#lastHeard.get(partition) ?? Infinity);
      if (task?.position !== position || since < ms) return;
      await this.#command(task, { kind: 'tick', time: Math.round(task.clock + since) });
    });
  }

  lose(partition: number): Promise<void> {
    return this.#inOrder(partition, () => {
      this.#unfollow(partition);
      this.#tasks.get(partition)?.close();
      this.#tasks.delete(partition);
      this.#broken.delete(partition);
      this.#waitingSince.delete(partition);
      return Promise.resolve();
    });
  }

  /**
   * Commits what is pending of every partition; from then on nothing is committed by time. What is not confirmed will be done again, by whoever has the
   * partition then.
   */
  async drain(): Promise<void> {
    this.#endTimer();
    for (const partition of this.#tasks.keys()) {
      try {
        await this.#whole(partition, async () => {
          const task = this.#tasks.get(partition);
          if (task?.isDirty) await this.#commit(task);
        });
      } catch (error) {
        if (!isUnsettled(error)) throw error;
        this.#log.warn(
          { partition, error: error.message },
          'What has come of a partition is not committed at the end; it will be done again',
        );
      }
    }
  }

  /** Ends all tasks; what is uncommitted is dropped. */
  async close(): Promise<void> {
    this.#endTimer();
    await Promise.allSettled(this.#queue.values());
    for (const follower of this.#followers.values()) follower.close();
    for (const task of this.#tasks.values()) task.close();
    this.#tasks.clear();
  }

  #endTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Lets what runs along with a partition take in what the partition has; one that fails is let go, and the partition goes on. */
  async #along(partition: number, give: (follower: Follower) => Promise<void>): Promise<void> {
    const follower = this.#followers.get(partition);
    if (!follower) return;
    await give(follower).catch((error: unknown) => this.#unfollow(partition, error));
  }

  #unfollow(partition: number, error?: unknown): void {
    const follower = this.#followers.get(partition);
    if (!follower) return;
    this.#followers.delete(partition);
    follower.close();
    for (const listener of this.#followerListeners) listener(partition, error);
  }

  async #command(task: Task, command: Command): Promise<void> {
    task.command(command);
    await this.#along(task.partition, (follower) => follower.command(command));
    this.#lastHeard.set(task.partition, performance.now());
    await this.#commit(task);
  }

  async #commit(task: Task): Promise<void> {
    const committed = await task.commit();
    this.#waitingSince.delete(task.partition);
    this.#lastCommit.set(task.partition, performance.now());
    if (!committed) return;
    for (const listener of this.#listeners) listener(task, committed);
    for (const series of committed.gone)
      if (this.#partitionOf.get(series) === task.partition) this.#partitionOf.delete(series);
    this.#noteSeries(task);
  }

  #commitWhatIsDue(every: number): void {
    for (const [partition, task] of this.#tasks) {
      if (performance.now() - this.#lastCommit.get(partition)! < every) continue;
      if (!task.isDirty && !task.isOverdue) continue;
      this.#lastCommit.set(partition, performance.now());
      void this.#alone(partition, async () => {
        if (this.#tasks.get(partition) === task) await this.#commit(task);
      });
    }
  }

  /** A series that comes from two partitions is two series to us: its producer does not key by it. Says so once. */
  #noteSeries({ memory, partition }: Task): void {
    const noted = this.#noted.get(partition) ?? 0;
    const from = memory.rows.findLastIndex((row) => memory.birth(row) < noted) + 1;
    for (const row of memory.rows.slice(from)) {
      const name = memory.name(row);
      const other = this.#partitionOf.get(name) ?? partition;
      this.#partitionOf.set(name, other);
      if (other === partition || this.#warned) continue;
      this.#warned = true;
      this.#log.warn(
        { series: name, partitions: [other, partition] },
        'A series comes from two partitions, and each sees only a part of it: let the producer key its records by series',
      );
    }
    const newest = memory.rows.at(-1);
    if (newest !== undefined) this.#noted.set(partition, Math.max(noted, memory.birth(newest) + 1));
  }

  /** Work whose failure nobody else hears of; never rejects. */
  #alone(partition: number, work: () => Promise<void>): Promise<void> {
    return this.#whole(partition, work).catch((error: unknown) => {
      // whoever gave the partition opens it again
      if (!(isUnsettled(error) && this.#brokenListeners.length > 0)) this.#failed.reject(error);
    });
  }

  /** Work of which a failure leaves the partition broken. */
  #whole(partition: number, work: () => Promise<void>): Promise<void> {
    return this.#inOrder(partition, async () => {
      if (this.#broken.has(partition)) throw this.#broken.get(partition);
      try {
        await work();
      } catch (error) {
        // nothing was begun then
        if (error instanceof ForetideError && error.code === 'COMMAND_REFUSED') throw error;
        this.#broken.set(partition, error);
        for (const listener of this.#brokenListeners) listener(partition, error);
        throw error;
      }
    });
  }

  #inOrder<T>(partition: number, work: () => Promise<T>): Promise<T> {
    const before = this.#queue.get(partition) ?? Promise.resolve();
    const result = before.then(work, work);
    this.#queue.set(
      partition,
      result.catch(() => undefined),
    );
    return result;
  }
}

function knows(memory: Memory, pattern: string): boolean {
  return memory.rows.some((row) => matches(pattern, memory.name(row)));
}

function unknownHere(series: string): ForetideError {
  return new ForetideError('COMMAND_REFUSED', {
    what: 'No partition of this process knows the series',
    got: series,
    todo: 'Name a series as it is in the outputs, of several channels without the channel; give the command to the process that has it.',
  });
}

function notOurs(partition: number): ForetideError {
  return new ForetideError('COMMAND_REFUSED', {
    what: 'This process does not have the partition',
    where: `partition ${partition}`,
    todo: 'Give the command to the process that has it.',
    canRetry: true,
  });
}

/** Whether the store does not know what became of a commit: opening the partition again tells. */
function isUnsettled(error: unknown): error is ForetideError {
  return error instanceof ForetideError && error.code === 'STORE_UNSETTLED';
}
