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
  return commands && place ? withoutPromotions(await loggedCommands(place, log), log) : undefined;
}

/** A replay tells what its own settings give: those that were promoted in the live run take no effect in it, which is said. */
function withoutPromotions(
  all: ReadonlyMap<number, readonly LoggedCommand[]>,
  log: Log,
): ReadonlyMap<number, readonly LoggedCommand[]> {
  return new Map(
    Array.from(all, ([partition, some]) => {
      const others = some.filter(({ command }) => command.kind !== 'promote');
      const promotions = some.length - others.length;
      if (promotions > 0)
        log.warn(
          { partition, promotions },
          'the live run went on with what was promoted; here the settings that were given count throughout',
        );
      return [partition, others];
    }),
  );
}
