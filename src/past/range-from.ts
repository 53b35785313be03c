import type { Snapshots } from '../store/snapshots.ts';
import type { RerunRange } from '../verify/rerun.ts';
import type { StoredPartition } from '../verify/stored.ts';

/**
 * The range of a partition from its newest snapshot that knows nothing later than `begin`, ms, to what is stored; undefined where there is none of this state.
 */
export function rangeFrom(
  { partition, next: to, fingerprint, commands }: StoredPartition,
  snapshots: Snapshots | undefined,
  begin: number,
): RerunRange | undefined {
  const snapshot = snapshots?.before(partition, fingerprint, begin);
  // a later one is of another course: the run has begun anew since
  if (!snapshot || snapshot.next > to) return undefined;
  const since = commands.filter(({ number }) => number > snapshot.commands);
  // a candidate may have begun before it
  if (since.some(({ command }) => command.kind === 'promote')) return undefined;
  const promoted = commands.findLast(({ command }) => command.kind === 'promote')?.command;
  return {
    from: snapshot.next,
    to,
    commands: since,
    over: promoted?.kind === 'promote' ? promoted.over : null,
    fingerprint,
    restore: (into) => snapshots!.restore(snapshot, into),
  };
}

/** The offset that a partition's history begins at; null: where the input begins. A promotion begins the sums anew, in the middle. */
export function beginOf({ digest, commands }: StoredPartition): number | null {
  const isPromoted = commands.some(({ command }) => command.kind === 'promote');
  return isPromoted ? null : (digest?.from ?? null);
}
