import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { alertDocument, rulesOf } from '../evaluate/alerts/document.ts';
import { readLabels } from '../evaluate/alerts/labels.ts';
import { AlertWatch } from '../evaluate/alerts/watch.ts';
import { Curves } from '../evaluate/curves.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { MissingPolicy } from '../evaluate/evaluator.ts';
import { documentOf } from '../evaluate/document.ts';
import { reportPage } from '../evaluate/report/page.ts';
import { runSettingsFrom } from '../evaluate/run-settings.ts';
import { protocolFrom } from '../evaluate/settings.ts';
import { filesRead } from '../source/files-read.ts';
import { writable, writeWhole } from '../whole-file.ts';
import { alertTables } from './alert-tables.ts';
import { evaluationTables } from './evaluation-tables.ts';
import { createLog } from './log.ts';
import { findPipeline } from './pipelines.ts';
import { showProgress } from './progress.ts';
import { addSettingsOptions } from './settings-options.ts';
import { untilSignal } from './until-signal.ts';
import { visible } from '../visible.ts';

export interface EvaluateFlags {
  readonly pipeline?: string;
  readonly data: readonly string[];
  readonly model?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly format?: string;
  readonly time?: string;
  readonly timeFormat?: string;
  readonly timeUnit?: string;
  readonly delimiter?: string;
  readonly series?: string;
  readonly columns?: readonly string[];
  readonly multivariate?: boolean;
  readonly targets?: readonly string[];
  readonly nulls?: readonly string[];
  readonly missing?: MissingPolicy;
  readonly horizons?: string[];
  readonly averageSteps?: boolean;
  readonly season?: string;
  readonly standardizeOn?: string;
  readonly validate?: string;
  readonly score?: string;
  readonly json?: boolean;
  readonly report?: string;
  readonly anomalies?: boolean;
  readonly labels?: string;
  readonly budget?: number;
}

/** Adds the command `evaluate` and its flags. */
export function addEvaluateCommand(program: Command, pipelines: string): void {
  const repeated = (value: string, before: readonly string[]): string[] => [...before, value];
  const list = (text: string): string[] => text.split(',').map((part) => part.trim());
  addSettingsOptions(
    program
      .command('evaluate')
      .description('score forecasts over a recording: prequential, leak-free, by the live stages'),
  )
    .option(
      '-d, --data <file>',
      'CSV, NDJSON, line protocol (also gzip, zstd), Parquet, or the SQLite file of a run; may be repeated',
      repeated,
      [],
    )
    .option('-m, --model <file>', 'a trained model (safetensors); default: the one that comes with Foretide')
    .option('--pipeline <pipeline>', `${pipelines}; default: live-forecast, with --anomalies: anomaly-alerts`)
    .option('--json', 'print the whole result as one JSON document')
    .option('--report <file.html>', 'write a page with charts that needs no network')
    .optionsGroup('What the data are:')
    .addOption(
      new Option('--format <format>', 'default: by the name of the file').choices([
        'csv',
        'parquet',
        'json',
        'line-protocol',
        'telegraf',
      ]),
    )
    .option('--time <column>', 'default: date, time, timestamp, ds, … or a first column of dates')
    .option('--time-format <format>', 'of the dates of a CSV that are not ISO 8601, e.g. D/M/YYYY H:mm')
    .addOption(
      new Option('--time-unit <unit>', 'default: auto, milliseconds or ISO 8601').choices([
        's',
        'ms',
        'us',
        'ns',
        'iso',
        'auto',
      ]),
    )
    .option('--delimiter <character>', 'between the cells of a CSV')
    .option('--series <column>', 'that tells the series apart; default: each column is a series')
    .option('--columns <names>', 'of the values, a,b,c; default: all that hold numbers', list)
    .option('--multivariate', 'the columns are the channels of one series')
    .option('--targets <names>', 'of these channels those that are forecast; default: all', list)
    .option('--nulls <codes>', 'what stands for a value that is missing, e.g. -200,n/a', list)
    .addOption(
      new Option(
        '--missing <policy>',
        'values that are missing and rows that cannot be used; default: error with --data, else skip',
      ).choices(['error', 'skip']),
    )
    .optionsGroup('How it is scored (rows of data count from 0, A..B with both ends):')
    .option('--horizons <steps>', 'steps ahead, 1,24,48; default: all that are forecast', list)
    .option('--average-steps', 'the scores of horizon H are over all steps 1 to H')
    .option('--season <steps>', 'of the seasonal naive forecast; default: a day')
    .option('--standardize-on <rows>', 'divide errors by the standard deviation that a channel has there')
    .option('--validate <rows>', 'score these rows apart; ..B begins after those of --standardize-on')
    .option('--score <rows>', 'whose values are the targets; default: all after those of --validate')
    .optionsGroup('Alerts:')
    .option('--anomalies', 'how the alerts of a pipeline did, in place of its forecasts')
    .option(
      '--labels <file.json>',
      'when something was wrong: {"series or file": [["2026-01-31 06:00", "2026-01-31 18:00"]]}',
    )
    .addOption(
      new Option(
        '--budget <n>',
        'finds the setting alerts.raise with which there are at most so many alerts a week and 100 series',
      ).argParser(positive),
    )
    .addHelpText(
      'after',
      `
Everything is learned online, row after row, from the first row on: how it is scored changes nothing of what the model sees. A target
belongs to the rows that it lies in, also where it was forecast before them; with --average-steps those windows of H targets count that
lie in the rows as a whole, counted by the readings of each series. With align.aggregate a target lies in the last row of its interval.

Examples:
  $ foretide evaluate --data sensors.csv
  $ foretide evaluate --data sensors.csv --columns temperature,load --horizons 1,6,24 --report out.html
  $ foretide evaluate --anomalies --data sensors.csv --labels known.json --budget 5
  $ foretide evaluate --data sensors.csv --model trained.safetensors --set forecast.learn=none --json
  $ foretide evaluate --data ETTh2.csv --standardize-on 0..2879 --validate ..3599 --score 3600..14399 --horizons 1,24,48 --average-steps`,
    )
    .action((flags: EvaluateFlags) => evaluateCommand(flags));
}

/** `foretide evaluate`: runs a pipeline over data that end, scores its forecasts, and tells how they did. */
async function evaluateCommand(flags: EvaluateFlags): Promise<void> {
  const { standardizeOn, validate, score, horizons, averageSteps = false, season = 'day' } = flags;
  const protocol = protocolFrom({ horizons, averageSteps, season, standardizeOn, validate, score });
  const { anomalies = false } = flags;
  const pipeline = await findPipeline(flags.pipeline ?? (anomalies ? 'anomaly-alerts' : 'live-forecast'));
  const labels = flags.labels === undefined ? undefined : readLabels(flags.labels);
  const watch = anomalies ? new AlertWatch() : undefined;
  const settings = await runSettingsFrom(pipeline, {
    ...flags,
    horizons: protocol.horizons,
    environment: process.env,
  });
  const { input } = settings;
  const { report } = flags;
  if (report !== undefined) await writable(report, filesRead(input));
  const curves = report === undefined ? undefined : new Curves();
  const progress = showProgress();
  const evaluated = await untilSignal((stop) =>
    evaluate({
      pipeline,
      settings,
      protocol,
      missing: flags.missing ?? (flags.data.length > 0 ? 'error' : 'skip'),
      timeFormat: flags.timeFormat,
      listener: curves && ((series, target) => curves.add(series, target)),
      onFrame: watch && ((partition, frame) => watch.take(partition, frame)),
      onProgress: progress.update,
      stop,
      log: createLog('warn', process.stderr.isTTY),
    }),
  ).finally(progress.end);
  if (watch) {
    const paths = input.kind === 'file' ? input.paths : [];
    const told = alertDocument({
      watch,
      labels,
      paths,
      rules: rulesOf(pipeline.name, settings),
      budget: flags.budget,
      pipeline: pipeline.name,
    });
    process.stdout.write(flags.json ? `${JSON.stringify(told, null, 2)}\n` : visible(alertTables(told)));
    return;
  }
  const document = documentOf(evaluated, pipeline.name, input.kind === 'file' ? input.paths : [input.kind]);
  // first, so that it is there where the page cannot be written
  process.stdout.write(
    flags.json ? `${JSON.stringify(document, null, 2)}\n` : visible(evaluationTables(document)),
  );
  if (report === undefined || !curves) return;
  await writeWhole(report, Buffer.from(reportPage(document, curves)));
  if (!flags.json) process.stdout.write(`Report: ${report}\n`);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(text.trim() !== '' && value > 0)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}
