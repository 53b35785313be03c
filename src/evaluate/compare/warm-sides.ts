import type { LoggedCommand } from '../../command.ts';
import type { RunSettings } from '../../config/run-settings.ts';
import type { Log } from '../../log.ts';
import { findSnapshots, type FoundSnapshots } from '../../past/found-snapshots.ts';
import { snapshotsOf } from '../../past/snapshots-of.ts';
import { type Beginning, offsetsAt, statesAt } from '../../past/states-at.ts';
import type { Pipeline } from '../../pipeline.ts';
import { storePlace } from '../../run/stores.ts';
import { withoutOutputs } from '../evaluate.ts';

export interface WarmSidesParts {
  readonly pipeline: Pipeline;
  /** Of each side, A first; without the range. */
  readonly settings: readonly RunSettings[];
  /** Where the range begins, ms. */
  readonly from: number;
  /** All that took effect in the live run and is given to all sides, by partition. */
  readonly commands: ReadonlyMap<number, readonly LoggedCommand[]> | undefined;
  readonly log: Log;
}

/** What a side begins with, by partition. */
export type SideStates = ReadonlyMap<number, Beginning>;

/**
 * What the sides of a comparison have learned where its range begins. A side whose snapshots the live run of A has taken goes on from the nearest; one with
 * other settings or another model takes in what came before from the beginning of the input. So all of them have seen the same history, and none is
 * ahead because it is the one that ran.
 *
 * @returns of each side; undefined where no side has a snapshot: all begin empty then
 * @throws ForetideError as `rerun`
 */
export async function warmSides({
  pipeline,
  settings,
  from,
  commands,
  log,
}: WarmSidesParts): Promise<readonly SideStates[] | undefined> {
  const [a] = settings as readonly [RunSettings];
  const opened = snapshotsOf(pipeline.name, a, storePlace(pipeline.name, a));
  if (!opened) return undefined;
  try {
    const offsets = a.input.kind === 'kafka' ? await offsetsAt(a.input, from, log) : undefined;
    const scored = settings.map(scoredSettings);
    const found: FoundSnapshots[] = [];
    for (const own of scored)
      found.push(await findSnapshots(opened, { pipeline, settings: own, from, offsets, log }));
    if (found.every(({ of }) => of.size === 0)) return undefined;
    const states: SideStates[] = [];
    for (const [i, own] of scored.entries())
      states.push(await statesAt({ pipeline, settings: own, from, snapshots: found[i]!, commands, log }));
    return states;
  } finally {
    opened.close();
  }
}

/** As a side is scored: a snapshot that knows what late readings have changed fits none. */
function scoredSettings(settings: RunSettings): RunSettings {
  const { input } = settings;
  if (input.kind !== 'kafka') return withoutOutputs(settings);
  // the end is no part of what state means
  return { ...withoutOutputs({ ...settings, input: { ...input, to: 0 } }), input };
}
