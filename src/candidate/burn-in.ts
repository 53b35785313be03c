import type { LoggedCommand } from '../command.ts';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import { rerun, type RerunRange } from '../verify/rerun.ts';
import { heldState, type HeldState } from './held-state.ts';

export interface BurnInParts {
  readonly pipeline: Pipeline;
  /** Of the second task, with the run's input as far as the range reaches. */
  readonly settings: RunSettings;
  readonly partition: number;
  readonly range: RerunRange;
  /** Readings that are not taken in. */
  readonly isLeftOut: (series: string, time: number) => boolean;
  readonly log: Log;
}

/**
 * The state of a task that has taken in a range of a partition's history; nothing that comes of it is written.
 *
 * @throws ForetideError as `rerun`; STORE_UNSETTLED where the range did not come to its end
 */
export async function burnIn({
  pipeline,
  settings,
  partition,
  range,
  isLeftOut,
  log,
}: BurnInParts): Promise<HeldState> {
  let held: HeldState | undefined;
  await rerun({
    pipeline,
    settings,
    ranges: new Map([[partition, range]]),
    isLeftOut,
    observer: {
      take: () => false,
      takeDead: () => false,
      ended: (task) => void (held = heldState(task)),
    },
    log,
  });
  if (held) return held;
  throw new ForetideError('STORE_UNSETTLED', {
    what: 'The history did not come to its end',
    expected: `position ${range.to}`,
    where: `partition ${partition}`,
    canRetry: true,
  });
}

/** The number of the last command; 0 where there is none. */
export function lastNumber(commands: readonly LoggedCommand[]): number {
  return commands.at(-1)?.number ?? 0;
}
