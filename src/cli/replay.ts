import { commandsSince } from '../past/commands-left.ts';
import { warmStart } from '../past/warm-start.ts';
import type { RunSettings } from '../config/run-settings.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Snapshot } from '../store/snapshots.ts';
import { run, type RunOptions } from '../run/run.ts';
import { beginningAs, beginReplayFile, replaySettings } from '../run/replay-settings.ts';
import type { ReplayStatus, RunStatus } from '../serve/status.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Pace, PaceSettings } from '../source/file-settings.ts';
import { type BackfillFlags, mustBeOfBackfill, prepareBackfill } from './backfill.ts';
import { compareCommand, type CompareFlags } from './compare.ts';
import { type CommandFlags, liveCommands } from './live-commands.ts';
import { createLog } from './log.ts';
import { type DigestFlags, digestReport } from './digest-report.ts';
import { findPipeline } from './pipelines.ts';
import { actionOf, KEYS_TOLD, listenToKeys } from './replay-keys.ts';
import { report } from './report.ts';
import { type SettingsFlags, settingsFrom } from './settings-options.ts';
import { SIGNALS } from './signals.ts';
import { showStatus } from './status-display.ts';
import { timeLeft } from './time-left.ts';
import { visible } from '../visible.ts';

/** Flags of `foretide replay`. */
export interface ReplayFlags extends SettingsFlags, CompareFlags, CommandFlags, DigestFlags, BackfillFlags {
  readonly from?: string;
  readonly to?: string;
  readonly speed: string;
  readonly into?: string;
  /** false: from an empty state */
  readonly warm: boolean;
  readonly logLevel: string;
}

/** `foretide replay`: runs history through a pipeline, into a file of its own, until it ends or is stopped. */
export async function replayCommand(name: string, flags: ReplayFlags): Promise<void> {
  const { from, to, speed, into, commands, commandsOf, warm, logLevel, ...others } = flags;
  mustBeOfBackfill(flags);
  const pipeline = await findPipeline(name);
  const range = Object.entries({ from, to }).flatMap(([key, time]) =>
    time === undefined ? [] : [`input.${key}=${time}`],
  );
  const set = [...flags.set, ...range];
  if (flags.compare.length > 0) return compareCommand(pipeline, flags, range);
  const own = settingsFrom(pipeline, { port: '0', ...others });
  const live = settingsFrom(pipeline, { port: '0', ...others, set });
  const pace = paceOf(speed);
  const log = createLog(logLevel, process.stderr.isTTY);
  const logged = () => liveCommands(pipeline.name, live, flags, log);
  const prepared = flags.backfill
    ? await prepareBackfill({
        pipeline,
        live,
        own,
        warm,
        flags,
        into,
        commandsOf: commands ? (commandsOf ?? 'live') : 'none',
        commands: logged,
        log,
      })
    : await prepareReplay({ pipeline, live, own: warm ? own : undefined, into, commands: logged, log });
  const { lines } = prepared;
  const started = performance.now();
  const running = await run({ pipeline, pace, log, ...prepared });

  const interrupted = Promise.withResolvers<'interrupted'>();
  for (const signal of SIGNALS) process.once(signal, () => interrupted.resolve('interrupted'));
  const print = (text: string): boolean => process.stdout.write(visible(`${text}\n`));
  for (const line of lines) print(line);
  const count = [...(prepared.commands?.values() ?? [])].reduce((sum, { length }) => sum + length, 0);
  if (count > 0) print(`${count} commands of the live run are given again in their places`);
  if (running.address) print(`Live page: ${running.address}`);
  const hasKeys = process.stdin.isTTY && process.stderr.isTTY;
  if (hasKeys) process.stderr.write(`${KEYS_TOLD}\n`);
  const display = showStatus(running, replayText);
  const keys = hasKeys
    ? listenToKeys(process.stdin, (key) => {
        const action = actionOf(key, running.status().replay!);
        if (action === 'stop') interrupted.resolve('interrupted');
        else if (action) running.replay?.(action);
        display.update();
      })
    : undefined;
  try {
    const outcome = await Promise.race([running.finished, interrupted.promise]);
    display.end();
    if (outcome === 'interrupted') print('Stopping: committing what has come …');
    else {
      print(report(outcome, (performance.now() - started) / 1000));
      if (flags.backfill && outcome.readings === 0 && outcome.series > 0)
        print('All of it had been written before. --fresh begins anew.');
    }
  } finally {
    display.end();
    keys?.end();
    await running.stop();
  }
  const { digests } = running.status();
  if (flags.digest && digests) print(digestReport(digests, flags));
}

interface ReplayParts {
  readonly pipeline: Pipeline;
  readonly live: RunSettings;
  /** The settings without the range, whose snapshots it may begin from; undefined: it begins from an empty state. */
  readonly own: RunSettings | undefined;
  readonly into: string | undefined;
  readonly commands: () => Promise<RunOptions['commands']>;
  readonly log: Log;
}

/** What a replay runs with, into a file that is begun anew. */
async function prepareReplay({
  pipeline,
  live,
  own,
  into,
  commands,
  log,
}: ReplayParts): Promise<
  Pick<RunOptions, 'settings' | 'commands' | 'begun'> & { readonly lines: readonly string[] }
> {
  const cold = replaySettings(pipeline.name, live, { into, now: Date.now() });
  const logged = await commands();
  beginReplayFile(cold.store.path!);
  const start = cold.input.from;
  const warm = beginningAs(cold, own ?? cold);
  const begun =
    own && typeof start === 'number'
      ? await warmStart({ pipeline, live: own, settings: warm, from: start, log })
      : new Map<number, Snapshot>();
  const title = `Foretide ${pipeline.name}, replay into ${cold.store.path}`;
  return {
    settings: begun.size > 0 ? warm : cold,
    begun,
    commands: commandsSince(logged, begun),
    lines: typeof start === 'number' ? [title, beginningText(begun)] : [title],
  };
}

function beginningText(begun: ReadonlyMap<number, Snapshot>): string {
  if (begun.size === 0) return 'From an empty state: there is no snapshot of these settings before';
  const places = Array.from(begun, ([partition, { next, watermark }]) => {
    return `partition ${partition} at ${next}, ${new Date(watermark).toISOString()}`;
  });
  return `From snapshots: ${places.join('; ')}`;
}

function paceOf(speed: string): Pace {
  const pace = PaceSettings.safeParse(speed);
  if (pace.success) return pace.data;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'No such speed',
    expected: 'max, a factor such as 0.5x or 60x, or a duration such as 3m',
    got: speed,
    where: '--speed',
  });
}

/** Where it is, how fast it goes, and how long that takes. */
export function replayText({
  replay,
  readings,
  state,
}: Pick<RunStatus, 'replay' | 'readings' | 'state'>): string {
  const { position, next, speed, isPaused, secondsLeft }: Partial<ReplayStatus> = replay ?? {};
  const isRunning = state === 'running';
  return [
    ...(typeof position === 'number' ? [instant(position)] : []),
    ...(isRunning && isPaused === true ? ['paused'] : []),
    ...(speed === undefined ? [] : [speed]),
    ...(isRunning && typeof secondsLeft === 'number' ? [`${timeLeft(secondsLeft)} left`] : []),
    `${readings.toLocaleString('en-US')} readings`,
    ...(isRunning && typeof next === 'number' ? [`next at ${instant(next)}`] : []),
  ].join(', ');
}

/** 2026-01-31 12:00:00 */
function instant(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}
