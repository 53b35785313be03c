import { existsSync } from 'node:fs';
import type { RunSettings } from '../config/run-settings.ts';
import { snapshotPath } from '../run/snapshot-taker.ts';
import type { StorePlace } from '../run/stores.ts';
import { Snapshots } from '../store/snapshots.ts';

/** The snapshots of a run; undefined where there are none. */
export function snapshotsOf(
  pipeline: string,
  settings: RunSettings,
  place: StorePlace,
): Snapshots | undefined {
  const path = snapshotPath(pipeline, settings.snapshots, place);
  return existsSync(path) ? new Snapshots(path) : undefined;
}
