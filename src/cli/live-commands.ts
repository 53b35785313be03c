import type { LoggedCommand } from '../command.ts';
import type { RunSettings } from '../config/run-settings.ts';
import type { Log } from '../log.ts';
import { loggedCommands } from '../run/logged-commands.ts';
import { livePlace } from '../run/replay-settings.ts';

/** Flags that say which commands history is given again. */
export interface CommandFlags {
  /** false: none */
  readonly commands: boolean;
  /** SQLite file of the run that took them; default: of a topic its live run. */
  readonly commandsOf?: string;
}

/**
 * The commands that history is given again, by partition; undefined where there are none to be given.
 *
 * @throws ForetideError as `loggedCommands`; SETTINGS_INVALID
 */
export async function liveCommands(
  pipeline: string,
  live: RunSettings,
  { commands, commandsOf }: CommandFlags,
  log: Log,
): Promise<ReadonlyMap<number, readonly LoggedCommand[]> | undefined> {
  const place =
    commandsOf === undefined ? livePlace(pipeline, live) : ({ kind: 'sqlite', path: commandsOf } as const);
  return commands && place ? loggedCommands(place, log) : undefined;
}
