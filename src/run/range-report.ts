import type { RangeDigest } from '../digest/range-digest.ts';
import type { Task } from './task.ts';

/** What came of a range of one partition, and the state at its end. */
export interface RangeReport extends RangeDigest {
  readonly partition: number;
  /** SHA-256 of the state, 64 hexadecimal digits: see `stateDigest`. */
  readonly state: string;
}

/** Of what a task has taken in; undefined where no digest is asked for, or nothing has come. Takes time in proportion to the state. */
export function rangeReport(task: Task): RangeReport | undefined {
  const { partition, digest } = task;
  return digest && { partition, ...digest, state: task.stateDigest() };
}
