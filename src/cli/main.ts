import { Command, InvalidArgumentError, Option } from 'commander';
import { addCandidateCommands } from './candidate.ts';
import { checkCommand } from './check.ts';
import { addCompareOptions } from './compare.ts';
import { addDigestOptions } from './digest-report.ts';
import { addEvaluateCommand } from './evaluate.ts';
import { addInitCommand } from './init.ts';
import { addInspectCommand } from './inspect.ts';
import { BUILT_IN } from './pipelines.ts';
import { replayCommand, type ReplayFlags } from './replay.ts';
import { addRewindCommand } from './rewind.ts';
import type { RunFlags } from './run-flags.ts';
import { runCommand } from './run.ts';
import { addSettingsOptions, type SettingsFlags } from './settings-options.ts';
import { toldError } from './told-error.ts';
import { trainCommand } from './train.ts';
import { VERSION } from '../version.ts';
import { addVerifyCommand } from './verify.ts';

const PIPELINE = `${BUILT_IN.join(', ')}, or the path of your own module`;

/** More would be a slip of the finger. */
const MOST_WORKERS = 256;

function workerNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= MOST_WORKERS) return number;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${MOST_WORKERS}.`);
}

const program = new Command('foretide')
  .description('Streaming time-series forecasting: recurrent cells whose state lives as long as the stream.')
  .version(VERSION)
  .showHelpAfterError('(--help shows how)')
  .addHelpText(
    'after',
    `
Examples:
  $ foretide run live-forecast
  $ foretide run live-forecast --help
  $ foretide init sensors.csv
  $ foretide check live-forecast --config live.yaml`,
  );

addInitCommand(program);

addDigestOptions(
  addSettingsOptions(
    program.command('run').description('run a pipeline live').argument('<pipeline>', PIPELINE),
  ),
)
  .option(
    '--speed <pace>',
    'of a recording: max, 60x (times as fast as it was), 3m (all of it in three minutes)',
  )
  .option('--fresh', 'begin anew: forget the state and the outputs of earlier runs')
  .option('--exit-at-end', 'end with the recording instead of keeping the page up')
  .option('--port <port>', 'port of the live page; 0 takes a free one')
  .option('--no-page', 'without the live page')
  .option(
    '--labels <file.json>',
    'known failures: alerts are told with how long before them they came; bundled recordings have theirs',
  )
  .addOption(
    new Option(
      '--workers <n>',
      'so many processes that share the partitions of a Kafka topic; pages at --port and the ports after it',
    ).argParser(workerNumber),
  )
  .addOption(new Option('--worker <n>').argParser(workerNumber).hideHelp())
  .addOption(
    new Option('--log-level <level>', 'how much is logged')
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info'),
  )
  .addHelpText(
    'after',
    `
Settings come from the pipeline's defaults, then the YAML file, then variables such as FORETIDE_MODEL__HIDDEN=32, then --set.
SIGTERM and Ctrl-C commit what has come and end; a second start goes on where it stopped. SIGHUP reads the settings again, and takes over what
changes no output: commit, ticks, snapshots, candidate, page, routes.
Of --workers one that dies is started again; a second Ctrl-C kills them.

Examples:
  $ foretide run live-forecast
  $ foretide run live-forecast --config live.yaml --set model.hidden=32
  $ foretide run live-forecast --config live.yaml --workers 4
  $ foretide run anomaly-alerts --speed 10m --fresh
  $ foretide run ./my-pipeline.ts --no-page`,
  )
  .action((name: string, flags: RunFlags, command: Command) => runCommand(name, flags, command));

addCompareOptions(
  addDigestOptions(
    addSettingsOptions(
      program
        .command('replay')
        .description('run history through the live code, into a file of its own')
        .argument('<pipeline>', PIPELINE),
    ),
    'with --digest: these whole, as a line of JSON; with --compare: the whole result as one document',
  ),
)
  .option(
    '--from <time>',
    'event time that it begins at: ISO 8601 or ms since 1970; default: as the settings say',
  )
  .option(
    '--to <time>',
    'event time that it ends before; default: as the settings say, of a topic its end now',
  )
  .option(
    '--speed <speed>',
    'max, 0.5x, 60x (times as fast as it was), of files also 3m (all of it in three minutes)',
    'max',
  )
  .option(
    '--into <file>',
    'its state and outputs, begun anew each time; default: .foretide/PIPELINE.replay.db',
  )
  .option(
    '--backfill',
    "write the points to the settings' InfluxDB, in a bucket of their own; into --into go state and position (default: .foretide/PIPELINE.backfill.db): after a break the same command goes on",
  )
  .option(
    '--bucket <name>',
    'bucket of a backfill, made where it is not there; default: BUCKET-replay; the live one needs --tag',
  )
  .option('--tag <name=value>', 'tag that every point of a backfill gets, e.g. run=2026-backfill')
  .option('--fresh', 'of a backfill: begin anew in place of going on')
  .option(
    '--commands-of <file>',
    'give the commands (mutes, feedback, ticks) of the run with this SQLite file again in their places; default: of a topic those of its live run',
  )
  .option('--no-commands', 'without the commands of the live run')
  .option(
    '--no-warm',
    'from an empty state at --from, where there are snapshots of the live run too; with --compare: all sides',
  )
  .option('--port <port>', 'port of the live page; default: a free one')
  .option('--no-page', 'without the live page')
  .addOption(
    new Option('--log-level <level>', 'how much is logged')
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info'),
  )
  .addHelpText(
    'after',
    `
The settings are those of the live run. Its state, its outputs and its group's offsets are not touched, and nobody is told of alerts:
all that comes of a replay goes to --into. The speed changes when readings come, and nothing of what comes of them.

In a terminal, space pauses and goes on, → takes the next reading at once (over a gap of days, too), h an hour, d a day, + and − change the
speed, q and Ctrl-C stop. The page can do the same.

--compare runs several configurations in one pass: A is the pipeline as it is given, each other one is that with its file over it, and with what is set
for it alone as --set B:path=value. It writes nothing but its report.

Examples:
  $ foretide replay replay --speed 60x
  $ foretide replay live-forecast --config live.yaml --compare other.yaml
  $ foretide replay live-forecast --compare --set B:forecast.profile=full
  $ foretide replay live-forecast --config live.yaml --from 2026-01-01 --to 2026-02-01 --speed max
  $ foretide replay live-forecast --config live.yaml --from 2025-01-01 --to 2026-01-01 --backfill`,
  )
  .action((name: string, flags: ReplayFlags) => replayCommand(name, flags));

addSettingsOptions(
  program
    .command('check')
    .description('validate settings, model and services; run nothing')
    .argument('<pipeline>', PIPELINE),
)
  .addHelpText(
    'after',
    `
Examples:
  $ foretide check live-forecast
  $ foretide check live-forecast --config live.yaml`,
  )
  .action((name: string, flags: SettingsFlags) => checkCommand(name, flags));

addEvaluateCommand(program, PIPELINE);

program.addCommand(trainCommand());

addVerifyCommand(program, PIPELINE);

addInspectCommand(program, PIPELINE);

addRewindCommand(program, PIPELINE);

addCandidateCommands(program, PIPELINE);

// whoever reads the output may have had enough of it, as `head` has
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(toldError(error));
  process.exitCode = 1;
}
// whatever still holds a handle (a client's socket that is being closed) must not keep an ended program up
setTimeout(() => process.exit(), 2000).unref();
