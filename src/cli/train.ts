import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { Command } from 'commander';
import { train } from '../train/train.ts';
import { createLog } from './log.ts';
import { addSettingsOptions } from './settings-options.ts';
import { SIGNALS } from './signals.ts';
import { trainingBar, trainingLines } from './training-display.ts';
import { aboutFlag, SHORT, type TrainingFlags, trainSettingsFrom } from './training-flags.ts';
import { trainingBegins, trainingReport } from './training-report.ts';

interface TrainFlags extends TrainingFlags {
  readonly out: string;
  readonly checkpoint?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** `foretide train`. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a model offline, on files or on what a config file names')
    .requiredOption('-o, --out <file>', 'where the model goes: a safetensors file')
    .option(
      '-d, --data <file>',
      'readings: csv, ndjson, line protocol (also gzip, zstd), parquet, the SQLite file of a run, or bundled:NAME; may be repeated, each file a partition',
      (path: string, before: readonly string[] | undefined) => [...(before ?? []), path],
    )
    .option(
      '--format <name>',
      'of the data: csv, parquet, json, line-protocol, telegraf, sqlite; default: by the extension',
    )
    .option('--series <fields>', 'which field, or which fields a,b, name the series')
    .option('--values <fields>', 'which fields a,b hold what was observed; default: all that are numbers')
    .option('--nulls <codes>', 'what stands for a value that is missing, e.g. -200,n/a')
    .option('--quantiles <list>', 'of the loss pinball, e.g. 0.1,0.5,0.9');
  for (const [flag] of SHORT) command.option(flag);
  return addSettingsOptions(command)
    .configureHelp({ optionDescription: (option) => option.description || aboutFlag(option.flags) })
    .option(
      '--checkpoint <file>',
      'where a training that is not over goes after each epoch; default: OUT.checkpoint',
    )
    .option('--resume', 'go on from the checkpoint; the same bytes come out as without the break')
    .option('--json', 'the result as JSON on standard output')
    .addHelpText(
      'after',
      `
One model for all series. It learns from the readings as the pipelines see them (the stages decode, align and scale), so give
both the same align and scale settings: --config takes the file of a pipeline. Kafka and InfluxDB ranges are its section input.
Ctrl-C and SIGTERM write the checkpoint and end.

Examples:
  $ foretide train --data readings.csv --series sensor --time time --out model.safetensors
  $ foretide train --data a.ndjson --data b.ndjson --cell gru --hidden 32 --horizon 24 --loss pinball --out model.safetensors
  $ foretide train --config live.yaml --epochs 50 --out model.safetensors
  $ foretide train --config live.yaml --epochs 50 --out model.safetensors --resume
  $ foretide run live-forecast --config live.yaml --set model.file=model.safetensors --set forecast.learn=none`,
    )
    .action(trainAction);
}

async function trainAction(flags: TrainFlags): Promise<void> {
  const settings = trainSettingsFrom(flags);
  const checkpoint = flags.checkpoint ?? `${flags.out}.checkpoint`;
  const resume = flags.resume ?? false;
  const say = (text: string): boolean => (flags.json ? process.stderr : process.stdout).write(`${text}\n`);
  if (!resume && statSync(checkpoint, { throwIfNoEntry: false })) {
    say(
      `A checkpoint of an earlier training is there and will be overwritten: ${checkpoint} (--resume goes on from it)`,
    );
  }
  const stop = new AbortController();
  let signal: (typeof SIGNALS)[number] | undefined;
  for (const each of SIGNALS) {
    process.once(each, () => {
      signal = each;
      stop.abort();
    });
  }
  const began = performance.now();
  const display = process.stderr.isTTY ? trainingBar() : trainingLines();
  try {
    const ended = await train({
      settings,
      out: flags.out,
      checkpoint,
      resume,
      stop: stop.signal,
      log: createLog('warn', process.stderr.isTTY),
      onReadings: display.readings,
      onBegin: (facts) => {
        display.pause();
        say(trainingBegins(facts));
      },
      onProgress: display.progress,
    });
    display.end('fingerprint' in ended);
    if ('fingerprint' in ended) {
      const seconds = (performance.now() - began) / 1000;
      if (flags.json) process.stdout.write(`${JSON.stringify({ ...ended, seconds })}\n`);
      else say(trainingReport(ended, seconds));
      return;
    }
    say(
      ended.checkpoint === null
        ? 'Stopped before the training had begun: nothing is written.'
        : `Stopped after ${ended.epochs} epochs: ${ended.checkpoint} has all of it. The same command with --resume goes on.`,
    );
    process.exitCode = 128 + constants.signals[signal!];
  } finally {
    display.end();
  }
}
