import type { LoggedCommand } from '../command.ts';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { commandsBehind } from '../past/commands-left.ts';
import { putStates, warmStates } from '../past/warm-start.ts';
import type { Pipeline } from '../pipeline.ts';
import {
  type BackfillBeginning,
  beginBackfillFile,
  completeBackfillFile,
  mustBeSameBackfill,
  readBackfillFile,
} from '../run/backfill-file.ts';
import { backfillMeaning, type BackfillSettings, backfillSettings } from '../run/backfill-settings.ts';
import { prepareBackfillTarget } from '../run/backfill-target.ts';
import { loggedCommands } from '../run/logged-commands.ts';
import { prepare } from '../run/prepare.ts';
import { beginningAs } from '../run/replay-settings.ts';
import type { SourcePlace } from '../source/source.ts';

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
  readonly pipeline: Pipeline;
  readonly live: RunSettings;
  /** The settings without the range, whose snapshots it may begin from. */
  readonly own: RunSettings;
  /** false: it begins from an empty state */
  readonly warm: boolean;
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
  /** Where partitions begin that go on from a state of before. */
  readonly begun: ReadonlyMap<number, SourcePlace>;
  /** Event time that points are written from, ms; undefined: all that come are. */
  readonly since: number | undefined;
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
  own,
  warm,
  flags,
  into,
  commandsOf,
  commands,
  log,
}: BackfillParts): Promise<Backfill> {
  const { name } = pipeline;
  const now = Date.now();
  const { bucket, tag, fresh } = flags;
  const wished = backfillSettings(name, live, { into, bucket, tag, now });
  const path = wished.store.path!;
  const meaning = backfillMeaning(name, live, wished.output, commandsOf);
  const before = readBackfillFile(path);
  const isResumed = before !== undefined && fresh !== true;
  if (isResumed) {
    mustBeSameBackfill(path, before, meaning);
    if (!warm && before.begun.length > 0) throw beganWarm(path);
  }
  const target = { live: live.output as BackfillSettings['output'], target: wished.output };
  const lines = await prepareBackfillTarget({
    ...target,
    input: live.input,
    range: isResumed ? undefined : await spanOf(wished, log),
    isResumed,
    log,
  });
  const title = `Foretide ${name}, backfill into bucket ${wished.output.bucket} of ${wished.output.url}; state in ${path}`;
  if (isResumed) {
    return {
      ...beginsFrom(endingAt(wished, before.end), own, before.begun),
      commands: new Map(before.commands),
      given: await loggedCommands({ kind: 'sqlite', path }, log),
      lines: [
        title,
        ...lines,
        'It goes on where it stopped; --fresh begins anew',
        ...beginningLines(live, before.begun),
      ],
    };
  }
  const { input } = wished;
  const end =
    input.kind === 'kafka' && live.input.kind === 'kafka' && live.input.to === undefined ? now : null;
  const all = await commands();
  const states = warm ? await warmStates({ pipeline, live, own, commands: all, log }) : [];
  const places = states.map(({ partition, next, watermark, snapshot }) => ({
    partition,
    next,
    watermark,
    snapshot: snapshot ? { next: snapshot.next, watermark: snapshot.watermark } : null,
  }));
  const again = commandsBehind(
    all ?? new Map<number, readonly LoggedCommand[]>(),
    new Map(places.map((one) => [one.partition, one])),
  );
  const made = beginsFrom(wished, own, places);
  const kept = Array.from(again, ([p, some]): [number, LoggedCommand[]] => [p, [...some]]);
  const isWhole = states.length === 0;
  beginBackfillFile(path, { meaning, end, commands: kept, begun: places, isWhole });
  if (!isWhole) {
    await putStates({ pipeline, settings: made.settings, states, log });
    completeBackfillFile(path);
  }
  return {
    ...made,
    commands: again,
    given: new Map(),
    lines: [title, ...lines, ...beginningLines(live, places)],
  };
}

type Begun = BackfillBeginning['begun'];

/** What a backfill runs with that begins so. */
function beginsFrom(
  settings: BackfillSettings,
  own: RunSettings,
  begun: Begun,
): Pick<Backfill, 'settings' | 'begun' | 'since'> {
  if (begun.length === 0) return { settings, begun: new Map(), since: undefined };
  const { kind, from } = settings.input;
  return {
    settings: beginningAs(settings, own),
    begun: new Map(begun.map((one) => [one.partition, one])),
    // a range of a topic is one of its records' own timestamps
    since: kind !== 'kafka' && typeof from === 'number' ? from : undefined,
  };
}

function beginningLines({ input: { from } }: RunSettings, begun: Begun): readonly string[] {
  if (from === undefined) return [];
  if (begun.length === 0) return ['From an empty state'];
  const places = begun.map(({ partition, next, snapshot }) => {
    const way = snapshot
      ? `the snapshot at ${snapshot.next}, ${new Date(snapshot.watermark).toISOString()}`
      : 'the beginning of the input';
    return `partition ${partition} at ${next}, by way of ${way}`;
  });
  return [`From the state of then; nothing of before is written: ${places.join('; ')}`];
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

function beganWarm(path: string): ForetideError {
  return new ForetideError('SETTINGS_INVALID', {
    what: 'The backfill has begun from the state of then, and goes on as it began',
    expected: 'no --no-warm',
    got: '--no-warm',
    where: path,
    todo: 'Leave it out, name another file with --into, or begin anew with --fresh.',
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
