import type { LoggedCommand } from '../command.ts';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { beginBackfillFile, mustBeSameBackfill, readBackfillFile } from '../run/backfill-file.ts';
import { backfillMeaning, type BackfillSettings, backfillSettings } from '../run/backfill-settings.ts';
import { prepareBackfillTarget } from '../run/backfill-target.ts';
import { loggedCommands } from '../run/logged-commands.ts';
import { prepare } from '../run/prepare.ts';

type Commands = ReadonlyMap<number, readonly LoggedCommand[]>;

/** Flags of `foretide replay` that a backfill alone has. */
export interface BackfillFlags {
  readonly backfill?: boolean;
  readonly bucket?: string;
  readonly tag?: string;
  readonly fresh?: boolean;
}

/** What a backfill is started with. */
export interface BackfillParts {
  readonly pipeline: string;
  readonly live: RunSettings;
  readonly flags: BackfillFlags;
  readonly into: string | undefined;
  /** Which commands are given again: `live`, `none`, or those of a file. */
  readonly commandsOf: string;
  /** Reads them. */
  readonly commands: () => Promise<Commands | undefined>;
  readonly log: Log;
}

/** A backfill that may run. */
export interface Backfill {
  readonly settings: BackfillSettings;
  readonly commands: Commands;
  /** Those that took effect before a break. */
  readonly given: Commands;
  /** What there is to say before it runs. */
  readonly lines: readonly string[];
}

/**
 * Makes a backfill ready: its bucket and its file, or, where the file is of this very backfill, what it goes on with.
 *
 * @throws ForetideError SETTINGS_INVALID and whatever the file or the InfluxDB is at fault with
 */
export async function prepareBackfill({
  pipeline,
  live,
  flags,
  into,
  commandsOf,
  commands,
  log,
}: BackfillParts): Promise<Backfill> {
  const now = Date.now();
  const { bucket, tag, fresh } = flags;
  const wished = backfillSettings(pipeline, live, { into, bucket, tag, now });
  const path = wished.store.path!;
  const meaning = backfillMeaning(pipeline, live, wished.output, commandsOf);
  const before = readBackfillFile(path);
  const isResumed = before !== undefined && fresh !== true;
  if (isResumed) mustBeSameBackfill(path, before, meaning);
  const target = { live: live.output as BackfillSettings['output'], target: wished.output };
  const lines = await prepareBackfillTarget({
    ...target,
    input: live.input,
    range: isResumed ? undefined : await spanOf(wished, log),
    isResumed,
    log,
  });
  const own = `Foretide ${pipeline}, backfill into bucket ${wished.output.bucket} of ${wished.output.url}; state in ${path}`;
  if (isResumed) {
    return {
      settings: endingAt(wished, before.end),
      commands: new Map(before.commands),
      given: await loggedCommands({ kind: 'sqlite', path }, log),
      lines: [own, ...lines, 'It goes on where it stopped; --fresh begins anew'],
    };
  }
  const { input } = wished;
  const end =
    input.kind === 'kafka' && live.input.kind === 'kafka' && live.input.to === undefined ? now : null;
  const again = (await commands()) ?? new Map<number, readonly LoggedCommand[]>();
  beginBackfillFile(path, { meaning, end, commands: Array.from(again, ([p, some]) => [p, [...some]]) });
  return { settings: wished, commands: again, given: new Map(), lines: [own, ...lines] };
}

/** @throws ForetideError SETTINGS_INVALID for flags that mean nothing without a backfill */
export function mustBeOfBackfill({ backfill, bucket, tag, fresh }: BackfillFlags): void {
  const [name] = Object.entries({ bucket, tag, fresh }).find(([, value]) => value !== undefined) ?? [];
  if (backfill === true || name === undefined) return;
  throw new ForetideError('SETTINGS_INVALID', {
    what: `--${name} is for a backfill`,
    expected: '--backfill beside it',
    got: 'none',
    where: `--${name}`,
  });
}

/** Ends a topic where it ended when the backfill began. */
function endingAt(settings: BackfillSettings, end: number | null): BackfillSettings {
  const { input } = settings;
  return end === null || input.kind !== 'kafka' ? settings : { ...settings, input: { ...input, to: end } };
}

/** ms of event time that are read; undefined where that is not known. Of files that are read whole it looks at all. */
async function spanOf(settings: BackfillSettings, log: Log): Promise<number | undefined> {
  const { input } = settings;
  const { from } = input;
  const to = input.kind === 'file' ? input.to : (input.to ?? Date.now());
  if (typeof from === 'number' && typeof to === 'number') return to - from;
  if (input.kind !== 'file') return undefined;
  const { source, sink } = await prepare(settings, log);
  await sink?.close();
  return source.span?.(new AbortController().signal);
}
