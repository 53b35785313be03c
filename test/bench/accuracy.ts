import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Table from 'cli-table3';
import { Presets, SingleBar } from 'cli-progress';
import { Command, Option } from 'commander';
import type { EvaluationDocument } from '../../src/evaluate/document.ts';
import {
  bundledRecordings,
  otherRecordings,
  type Published,
  publishedRecordings,
  type Recording,
  recordings,
} from './accuracy-data.ts';
import { machine } from './machine.ts';

const BIN = fileURLToPath(new URL('../../src/cli/bin.mjs', import.meta.url));
const HORIZONS = [1, 6, 12];
/** Coverage is judged where so many targets have been scored. */
const MANY = 5000;

interface Score {
  readonly name: string;
  readonly document: EvaluationDocument;
}

const PROFILES = ['light', 'full'] as const;

interface Flags {
  readonly json?: boolean;
  readonly set: readonly string[];
  readonly profile?: (typeof PROFILES)[number];
}

/** `npm run bench -- accuracy`: the forecasts against published tables and against the last value. */
export function accuracyBench(): Command {
  return new Command('accuracy')
    .description('the forecasts against published tables and the last value; one set of settings for all')
    .option('--json', 'print one JSON object')
    .addOption(new Option('--profile <name>', 'one of the two only').choices(PROFILES))
    .option(
      '-s, --set <path=value>',
      'a setting for all of them',
      (value, before: readonly string[]) => [...before, value],
      [],
    )
    .action(measure);
}

async function measure({ json, set, profile: only }: Flags): Promise<void> {
  const published = recordings ? publishedRecordings(recordings) : [];
  const others = recordings ? otherRecordings(recordings) : bundledRecordings();
  const all: readonly Recording[] = [...published, ...others];
  const profiles = only ? [only] : PROFILES;
  const bar = new SingleBar(
    { format: '{bar} {value}/{total} {name}', stream: process.stderr },
    Presets.shades_classic,
  );
  bar.start(all.length * profiles.length, 0, { name: '' });
  const results = [];
  for (const profile of profiles) {
    const scores: Score[] = [];
    for (const { name, flags } of all) {
      bar.update({ name: `${profile}: ${name}` });
      scores.push({ name, document: await scoresOf(flags, [`forecast.profile=${profile}`, ...set]) });
      bar.increment();
    }
    results.push({
      profile,
      published: published.map((recording, i) => publishedRow(recording, scores[i]!.document)),
      others: othersOf(scores.slice(published.length)),
      coverage: scores.flatMap(coverageOf),
    });
  }
  bar.stop();
  if (json) process.stdout.write(`${JSON.stringify({ machine: machine(), set, results }, null, 2)}\n`);
  else for (const result of results) process.stdout.write(told(result));
}

interface Result {
  readonly profile: string;
  readonly published: readonly ReturnType<typeof publishedRow>[];
  readonly others: ReturnType<typeof othersOf>;
  readonly coverage: readonly ReturnType<typeof coverageOf>[number][];
}

async function scoresOf(flags: readonly string[], set: readonly string[]): Promise<EvaluationDocument> {
  const settings = set.flatMap((one) => ['--set', one]);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [BIN, 'evaluate', '--json', ...flags, ...settings],
    {
      maxBuffer: 1 << 28,
      env: { ...process.env, FORETIDE_BENCH_DATA: undefined }, // it is no setting
    },
  );
  return JSON.parse(stdout) as EvaluationDocument;
}

function publishedRow(
  { name, metric, horizons, beat, aim }: Published,
  { scores, speed, model }: EvaluationDocument,
) {
  const found = horizons.map((h) => scores.byHorizon.find(({ horizon }) => horizon === h));
  return {
    name,
    reached: found.map((score) => score?.[metric] ?? NaN),
    last: found.map((score) => (metric === 'mse' ? (score?.baselines.last.mse ?? NaN) : NaN)),
    beat,
    aim,
    microseconds: speed.median ?? NaN,
    bytesPerSeries: model.bytesPerSeries,
  };
}

/** Geometric means over all series, and the series that do worst. */
function othersOf(scores: readonly Score[]) {
  const ratios = scores.flatMap(({ name, document }) =>
    document.scores.bySeries.map(({ series, byHorizon }) => ({
      name: `${name}: ${series}`,
      ratios: HORIZONS.map(
        (h) => byHorizon.find(({ horizon }) => horizon === h)?.baselines.last.ratio ?? null,
      ),
    })),
  );
  const known = ratios.filter((one): one is { name: string; ratios: number[] } =>
    one.ratios.every((ratio) => ratio !== null && ratio > 0),
  );
  const geometric = HORIZONS.map((_, i) =>
    Math.exp(known.reduce((sum, one) => sum + Math.log(one.ratios[i]!), 0) / known.length),
  );
  const worst = known.toSorted((a, b) => Math.max(...b.ratios) - Math.max(...a.ratios)).slice(0, 5);
  return { series: known.length, geometric, worst };
}

/** Share of targets within the 90 % band, pooled over a recording's series. */
function coverageOf({ name, document }: Score) {
  return document.scores.byHorizon
    .filter(({ coverage }) => coverage !== null)
    .map(({ horizon, coverage, bands }) => ({ name, horizon, coverage: coverage!, targets: bands }));
}

function told({ profile, published, others, coverage }: Result): string {
  const lines = [`Profile ${profile}`];
  const style = { head: [], border: [] };
  const fixed = (numbers: readonly (number | undefined)[]): string =>
    numbers.map((x) => (x === undefined || Number.isNaN(x) ? '–' : x.toFixed(3))).join(' / ');
  if (published.length > 0) {
    const table = new Table({
      head: ['Data', 'Reached', 'Best published', 'Aim', 'Last value', 'µs a reading', 'Bytes a series'],
      style,
    });
    for (const row of published) {
      table.push([
        row.name,
        fixed(row.reached),
        fixed(row.beat),
        fixed(row.aim),
        fixed(row.last),
        row.microseconds.toFixed(1),
        row.bytesPerSeries,
      ]);
    }
    lines.push(table.toString());
  }
  lines.push(
    `${others.series} other series, error against the last value at ${HORIZONS.join(' / ')} steps (geometric mean): ${fixed(others.geometric)}`,
    ...others.worst.map(({ name, ratios }) => `  among the worst: ${name} ${fixed(ratios)}`),
  );
  for (const [what, of] of [
    [`with ${MANY} targets and more`, coverage.filter(({ targets }) => targets >= MANY)],
    ['with fewer', coverage.filter(({ targets }) => targets < MANY)],
  ] as const) {
    const values = of.map((one) => one.coverage).toSorted((a, b) => a - b);
    if (values.length === 0) continue;
    lines.push(
      `90 % bands of recordings ${what}: from ${(100 * values[0]!).toFixed(1)} to ${(100 * values.at(-1)!).toFixed(1)} %, median ${(100 * values[values.length >> 1]!).toFixed(1)} %`,
    );
  }
  return `${lines.join('\n')}\n`;
}
