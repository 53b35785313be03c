import { type Log, saying } from '../log.ts';
import { type SnapshotSettings, Snapshots } from '../store/snapshots.ts';
import type { StorePlace } from './stores.ts';
import type { Task } from './task.ts';

/** The file of a pipeline's snapshots. */
export function snapshotPath(pipeline: string, settings: SnapshotSettings, place: StorePlace): string {
  if (settings.path !== undefined) return settings.path;
  return place.kind === 'sqlite' ? place.path : `.foretide/${pipeline}.snapshots.db`;
}

/**
 * Takes snapshots of a run's state: of a partition at the first commit in each stretch of `every` of its event time. One that cannot be
 * taken is logged, and costs nothing but a longer way.
 */
export class SnapshotTaker {
  readonly #snapshots: Snapshots;
  readonly #every: number;
  readonly #keep: number;
  readonly #log: Log;
  /** Of each task the stretch that it has a snapshot of. */
  readonly #taken = new WeakMap<Task, number>();

  private constructor(snapshots: Snapshots, every: number, keep: number, log: Log) {
    this.#snapshots = snapshots;
    this.#every = every;
    this.#keep = keep;
    this.#log = log;
  }

  /** What takes them; undefined where none are wanted. @throws ForetideError STORE_FAILED */
  static of(
    settings: SnapshotSettings,
    { path, fresh, log }: { readonly path: string; readonly fresh: boolean; readonly log: Log },
  ): SnapshotTaker | undefined {
    if (settings.every === 'off') return undefined;
    const snapshots = new Snapshots(path);
    if (fresh) snapshots.clear();
    return new SnapshotTaker(snapshots, settings.every, settings.keep, log);
  }

  /** A task has committed: what it holds is the state at `next`. */
  committed(task: Task, next: number): void {
    const { partition, watermark, fingerprint, memory, commandsTaken: commands } = task;
    const stretch = Math.floor(watermark / this.#every);
    let taken = this.#taken.get(task);
    if (taken === undefined) {
      const last = this.#snapshots.before(partition, fingerprint);
      taken = last && last.next <= next ? Math.floor(last.watermark / this.#every) : -Infinity;
    }
    this.#taken.set(task, Math.max(taken, stretch));
    if (watermark === 0 || stretch <= taken) return;
    try {
      const slots = memory.partitionBytes();
      const state = { slots, rows: memory.all(), archived: memory.archived() };
      const kept = { partition, next, watermark, commands, fingerprint, ...state };
      this.#snapshots.take(kept, this.#keep);
    } catch (error) {
      this.#log.warn({ partition, next, error: saying(error) }, 'A snapshot could not be taken');
    }
  }

  close(): void {
    this.#snapshots.close();
  }
}
