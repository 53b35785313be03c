import type { PartitionDigest } from '../digest/partition-digest.ts';
import type { Task } from './task.ts';

/** Of what a task has taken in, the state left out; undefined where no digest is asked for, or nothing has come. */
export function rangeSoFar(task: Task): PartitionDigest | undefined {
  const { partition, digest } = task;
  return digest && { partition, ...digest, state: null };
}

/** The same with the state: takes time in proportion to it. */
export function rangeReport(task: Task): PartitionDigest | undefined {
  const range = rangeSoFar(task);
  return range && { ...range, state: task.stateDigest() };
}
