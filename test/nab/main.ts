import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import { readLabels } from '../../src/evaluate/alerts/labels.ts';
import { filesIn } from './files.ts';
import { heldOut } from './held-out.ts';
import { PROFILES } from './profiles.ts';
import { NabScorer } from './score.ts';
import { type Scored, scoredFile } from './scored.ts';

/** The threshold of `alerts.raise` by default. */
const DEFAULT = 0.5;

interface Flags {
  readonly data: string;
  readonly labels?: string;
  readonly threshold: number;
  readonly out?: string;
  readonly probation?: boolean;
  readonly set: readonly string[];
  readonly json?: boolean;
}

/**
 * `npm run nab -- --data DIR --labels FILE`: runs the pipeline anomaly-alerts over a folder laid out as that of the Numenta Anomaly Benchmark, and scores it
 * as NAB does.
 */
const {
  data,
  labels: labelsPath,
  threshold,
  out,
  probation = false,
  set,
  json,
} = new Command('nab')
  .requiredOption('--data <folder>', 'of files CATEGORY/NAME.csv with the columns timestamp and value')
  .option(
    '--labels <file.json>',
    '{"CATEGORY/NAME.csv": [[from, to], …]}; without it scores are only written',
  )
  .option('--threshold <t>', 'what is an alert, beside the best one for all files', number, DEFAULT)
  .option(
    '--out <folder>',
    'where the scores are written: CATEGORY/FOLDER_NAME.csv with timestamp and anomaly_score',
  )
  .option(
    '--probation',
    "the warm-up is each file's probation (15 %, at most 750 rows), as of NAB's detectors; default: novelty.warmUp",
  )
  .option(
    '--set <path=value>',
    'a setting of the pipeline; may be repeated',
    (one: string, all: string[]) => [...all, one],
    [],
  )
  .option('--json', 'one JSON object in place of the table')
  .parse()
  .opts<Flags>();

const labels = labelsPath === undefined ? undefined : readLabels(labelsPath);
const files: Scored[] = [];
for (const name of filesIn(data)) {
  files.push(await scoredFile(data, name, labels?.get(name) ?? [], { isProbation: probation, set }));
  process.stderr.write(`${files.length} files, ${name}\n`);
}
if (out !== undefined) for (const file of files) write(out, file);
const scorer = new NabScorer(files);
const rows = PROFILES.map((profile) => ({
  profile: profile.name,
  best: scorer.best(profile),
  heldOut: heldOut(files, profile),
  given: scorer.at(threshold, profile),
}));
const microseconds = files.map((file) => file.microseconds).toSorted((a, b) => a - b)[files.length >> 1];
if (json)
  process.stdout.write(
    `${JSON.stringify({ files: files.length, warmUp: probation ? 'probation' : 'default', microseconds, rows })}\n`,
  );
else if (labels) process.stdout.write(tables());

function tables(): string {
  const table = new Table({
    head: [
      'profile',
      'best threshold',
      'score',
      'found',
      'false',
      'held out by category',
      `threshold ${threshold}`,
      'found',
      'false',
    ],
    style: { head: [], border: [], compact: true },
  });
  for (const { profile, best, heldOut: held, given } of rows)
    table.push([
      profile,
      best.threshold.toFixed(3),
      best.score.toFixed(1),
      `${best.found} of ${best.windows}`,
      best.falseAlerts,
      held.score.toFixed(1),
      given.score.toFixed(1),
      `${given.found} of ${given.windows}`,
      given.falseAlerts,
    ]);
  return `${files.length} files, ${microseconds?.toFixed(1)} µs a reading (median, all stages)\n${table.toString()}\n`;
}

function write(folder: string, { name, timestamps, score }: Scored): void {
  const path = join(folder, dirname(name), `${basename(folder)}_${basename(name)}`);
  mkdirSync(dirname(path), { recursive: true });
  const lines = timestamps.map((timestamp, i) => `${timestamp},${score[i]}\n`);
  writeFileSync(path, `timestamp,anomaly_score\n${lines.join('')}`);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}
