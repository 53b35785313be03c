import type { LoggedCommand } from '../command.ts';
import type { RunSettings } from '../config/run-settings.ts';
import type { Log } from '../log.ts';
import { storePlace } from '../run/stores.ts';
import type { Snapshots } from '../store/snapshots.ts';
import { beginOf, rangeFrom } from './range-from.ts';
import { snapshotsOf } from './snapshots-of.ts';
import type { RerunRange } from '../verify/rerun.ts';
import { openStored, rerunSettings } from '../verify/stored-of.ts';
import type { StoredPartition } from '../verify/stored.ts';

/** History that a run has taken in, to be run again from the nearest snapshots. */
export interface PastRanges {
  /** The run's settings, with an input that reaches as far as the ranges. */
  readonly settings: RunSettings;
  readonly ranges: ReadonlyMap<number, RerunRange>;
  /** All that has taken effect, by partition. */
  readonly commands: ReadonlyMap<number, readonly LoggedCommand[]>;
  close(): void;
}

/**
 * The ranges of a run's history that lead to its states at an instant.
 *
 * @param pipeline its name
 * @param at ms; each range ends before its first record that is later. Infinity: with what the run has committed
 * @param begin the snapshot that a range begins from knows nothing later, ms, by what has taken effect in its partition; default: `at`
 * @throws ForetideError as `openStored`
 */
export async function pastRanges(
  pipeline: string,
  settings: RunSettings,
  {
    at,
    begin = () => at,
    log,
  }: {
    readonly at: number;
    readonly begin?: (commands: readonly LoggedCommand[]) => number;
    readonly log: Log;
  },
): Promise<PastRanges> {
  const place = storePlace(pipeline, settings);
  const stored = await openStored(place, settings, { isThorough: false, hasState: false }, log);
  const { partitions } = stored;
  stored.close();
  const snapshots = snapshotsOf(pipeline, settings, place);
  try {
    const ranges = partitions.map(
      (one) => [one.partition, rangeOf(one, snapshots, at, begin(one.commands))] as const,
    );
    return {
      settings: await rerunSettings(settings, partitions, log),
      ranges: new Map(ranges),
      commands: new Map(partitions.map(({ partition, commands }) => [partition, commands])),
      close: () => snapshots?.close(),
    };
  } catch (error) {
    snapshots?.close();
    throw error;
  }
}

function rangeOf(
  one: StoredPartition,
  snapshots: Snapshots | undefined,
  until: number,
  begin: number,
): RerunRange {
  const { next: to, fingerprint, commands } = one;
  const begun = rangeFrom(one, snapshots, begin);
  return begun ? { ...begun, until } : { from: beginOf(one), to, commands, fingerprint, until };
}
