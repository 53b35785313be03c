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
  return {
    from: snapshot.next,
    to,
    commands: commands.filter(({ number }) => number > snapshot.commands),
    fingerprint,
    restore: (into) => snapshots!.restore(snapshot, into),
  };
}
