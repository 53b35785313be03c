import type { LoggedCommand } from '../command.ts';
import type { RangeDigest } from '../digest/range-digest.ts';
import type { DeadLetter } from '../frame.ts';
import type { Task } from '../run/task.ts';
import type { Points } from '../sink/points.ts';
import type { Difference } from './difference.ts';

/** What a run has committed of a partition. */
export interface StoredPartition {
  readonly partition: number;
  /** The position after the last record. */
  readonly next: number;
  /** That the state was written under, or its beginning. */
  readonly fingerprint: string;
  /** Where sums over the outputs were kept. */
  readonly digest: RangeDigest | undefined;
  /** All that has taken effect, in order. */
  readonly commands: readonly LoggedCommand[];
  /** Where the state that is kept stands, where that is before `next`: what `compareState` is about. */
  readonly stateAt?: StateAt | undefined;
}

/** A place in the course of a partition. */
export interface StateAt {
  readonly next: number;
  /** How many of all commands have taken effect there. */
  readonly commands: number;
}

/** What a run has left, as of one instant: it may go on meanwhile. */
export interface Stored {
  /** For messages. */
  readonly where: string;
  /** In order. */
  readonly partitions: readonly StoredPartition[];
  /** A partition is run again from this position on: what was stored before is not looked at. Before anything is compared. */
  begin(partition: number, position: number): void;
  /** Where outputs that have come again, in order, differ from those that are stored. */
  compare(partition: number, block: Points): Difference | undefined;
  /** The same of dead letters, which come in the order of their offsets. */
  compareDead(partition: number, letters: readonly DeadLetter[]): Difference | undefined;
  /** What is stored and has not come again, once everything has. */
  left(partition: number): Difference | undefined;
  /** Where the state differs, of a task that stands where the stored one does. */
  compareState(task: Task): Difference | undefined;
  /** Whether the same once more, with a `Stored` that was opened as `isThorough`, would tell more. */
  isWorthMore(difference: Difference | undefined): boolean;
  close(): void;
}
