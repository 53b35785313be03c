import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import type { GrowthJob, GrowthResult } from './growth-child.ts';
import { growthInChild } from './growth-in-child.ts';
import { measureRestore } from './kafka-restore.ts';
import { type Machine, machine } from './machine.ts';
import { median } from './median.ts';
import { benchKafka } from './services.ts';
import { svgLines } from './svg-lines.ts';
import { wholeNumber } from './whole-number.ts';
import { withWorkers } from './workers.ts';

interface Flags {
  readonly readings: number;
  readonly rounds: number;
  readonly most: number;
  readonly kafka: boolean;
  readonly out: string;
  readonly json?: boolean;
}

interface Size {
  readonly profile: 'usual' | 'lean';
  readonly series: number;
}

/** Of one number of series; times per reading are CPU time, µs. */
export interface GrowthFigures extends Size {
  readonly readings: number;
  readonly readingsPerSecond: number;
  readonly floor: number;
  readonly stages: number;
  /** Zero without a store. */
  readonly commits: number;
  /** Stages and commits, against the same profile with the fewest series. */
  readonly ratio: number;
  /** The stages alone, against the same. */
  readonly stagesRatio: number;
  readonly commitMilliseconds: number;
  readonly bytesPerSeries: number;
  readonly rss: number;
  /** What RSS has grown by, against the same profile with the fewest series, by each further one; null of these. */
  readonly rssPerSeries: number | null;
  /** Null where no state is kept. */
  readonly sqliteBytes: number | null;
  readonly sqliteRestoreSeconds: number | null;
  /** Null where it was not asked for. */
  readonly kafkaRestoreSeconds: number | null;
  /** Of a worker from Kafka with state in Kafka, in generations; all of its process. Null where it was not asked for. */
  readonly kafkaCpu: number | null;
  /** The same, against the fewest series. */
  readonly kafkaRatio: number | null;
}

const PARTITIONS = 6;
const USUAL = ['forecast.learn=none', 'model.hidden=64', 'model.horizon=12'];
/** What fits a million series into one process: one step ahead, without a season. */
const LEAN = [
  'forecast.learn=none',
  'model.hidden=64',
  'model.horizon=1',
  'forecast.store=[1]',
  'forecast.season=none',
];
const SIZES: readonly Size[] = [
  { profile: 'usual', series: 1000 },
  { profile: 'usual', series: 10_000 },
  { profile: 'usual', series: 100_000 },
  { profile: 'lean', series: 1000 },
  { profile: 'lean', series: 1_000_000 },
];
/** Readings of each series before anything is timed, at least: its step is known then, and its forecasts are scored. */
const WARM = 5;
/** Readings of all series before anything is timed, at least: the same code is compiled then at each size. */
const WARM_IN_ALL = 500_000;
/** State in Kafka as many series ask for it: a log of the readings is there already, so rows are written now and then. */
const GENERATIONS = 'store.mode=generations';
/** What a reading may cost at 100,000 series, against 1,000. */
const GOAL = 1.5;

/** `bench growth`: what a reading costs, and what a series takes, as there are more of them. */
export function growthBench(): Command {
  return new Command('growth')
    .description(
      'CPU a reading, memory a series, commit and restore at 1,000 to 1,000,000 series, with a plot',
    )
    .option('--readings <n>', 'readings that are timed; of more series: one of each', wholeNumber, 300_000)
    .option('--rounds <r>', 'rounds, whose medians are printed; of a million series one', wholeNumber, 3)
    .option('--most <n>', 'leaves out what has more series', wholeNumber, 1_000_000)
    .option('--no-kafka', 'nothing with Kafka')
    .addOption(
      new Option('--out <file>', 'where the plot goes, as SVG').default(
        join(tmpdir(), 'growth.svg'),
        "growth.svg among the system's temporary files",
      ),
    )
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function measure(flags: Flags): Promise<void> {
  const path = resolve(flags.out);
  accessSync(dirname(path), constants.W_OK);
  const sizes = SIZES.filter(({ series }) => series <= flags.most);
  const rounds = await runRounds(sizes, flags);
  const kafka = flags.kafka ? await inKafka(sizes, flags) : nothing;
  const figures = figuresOf(sizes, rounds, kafka);
  writeFileSync(path, plotOf(figures));
  const on = { ...machine(), kafka: kafka.version, rounds: flags.rounds };
  const text = flags.json
    ? JSON.stringify({ bench: 'growth', on, goal: GOAL, sizes: figures, plot: path })
    : `${tableOf(on, figures)}\nplot: ${path}`;
  process.stdout.write(`${text}\n`);
}

interface Round extends GrowthResult {
  readonly sqliteBytes: number | null;
  readonly sqliteRestoreSeconds: number | null;
}

/** By size. Each round runs every size once, so that what else the machine does meets all of them. */
async function runRounds(sizes: readonly Size[], flags: Flags): Promise<Round[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'foretide-bench-'));
  try {
    const found = sizes.map((): Round[] => []);
    for (let round = 1; round <= flags.rounds; round++)
      for (const [i, size] of sizes.entries()) {
        if (round > 1 && size.series >= 1_000_000) continue;
        const path = join(folder, `${size.profile}-${size.series}.db`);
        const result = await oneRound(size, size.profile === 'usual' ? path : undefined, flags.readings);
        found[i]!.push(result);
        const micros = (cpu: number): string => ((1e6 * cpu) / result.readings).toFixed(2);
        say(
          `round ${round}, ${size.series} series (${size.profile}): ${micros(result.stagesCpu)} + ${micros(result.commitsCpu)} µs CPU a reading`,
        );
        await Promise.all(['', '-wal', '-shm'].map((end) => rm(path + end, { force: true })));
      }
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function oneRound({ profile, series }: Size, path: string | undefined, least: number): Promise<Round> {
  const job: GrowthJob = {
    set: [...(profile === 'usual' ? USUAL : LEAN), 'commit={every: 1h, readings: 5000}'],
    series,
    warm: Math.max(WARM, WARM_IN_ALL / series),
    measured: Math.max(least, series),
    path,
  };
  const result = await growthInChild(job);
  mustKnow(result, series);
  if (path === undefined) return { ...result, sqliteBytes: null, sqliteRestoreSeconds: null };
  const restored = await growthInChild({ ...job, measured: 0 });
  mustKnow(restored, series);
  return {
    ...result,
    sqliteBytes: statSync(path).size,
    sqliteRestoreSeconds: restored.restoreSeconds,
  };
}

function mustKnow(result: GrowthResult, series: number): void {
  if (result.series !== series) throw new Error(`Expected ${series} series, got ${result.series}`);
}

/** Of the usual profile, by the number of series. */
interface InKafka {
  readonly version: string | null;
  /** Until the state was there, s. */
  readonly restores: ReadonlyMap<number, number>;
  /** CPU a reading, µs. */
  readonly cpu: ReadonlyMap<number, number>;
}

const nothing: InKafka = { version: null, restores: new Map(), cpu: new Map() };

/** Each number of series in topics of its own; the restores once. */
async function inKafka(sizes: readonly Size[], flags: Flags): Promise<InKafka> {
  const all = sizes.filter(({ profile }) => profile === 'usual').map(({ series }) => series);
  const kafka = await benchKafka();
  const { brokers } = kafka.service;
  try {
    const costs = new Map(all.map((series) => [series, [] as number[]]));
    for (let round = 1; round <= flags.rounds; round++)
      for (const series of all) {
        const { cpuSecondsPer100k, rowsPerReading } = await withWorkers(brokers, {
          workers: 1,
          readings: WARM_IN_ALL + flags.readings,
          series,
          warm: WARM_IN_ALL,
          partitions: PARTITIONS,
          set: [...USUAL, GENERATIONS],
        });
        costs.get(series)!.push(10 * cpuSecondsPer100k);
        say(
          `round ${round}, ${series} series in Kafka: ${(10 * cpuSecondsPer100k).toFixed(2)} µs CPU a reading, ${rowsPerReading.toFixed(3)} rows`,
        );
      }
    const restores = new Map<number, number>();
    for (const series of all) {
      const restored = await measureRestore(brokers, series, PARTITIONS, USUAL);
      restores.set(series, restored.seconds);
      say(`${series} series from Kafka: ${restored.seconds.toFixed(2)} s`);
    }
    const cpu = new Map([...costs].map(([series, found]) => [series, median(found)]));
    return { version: kafka.version, restores, cpu };
  } finally {
    await kafka.stop();
  }
}

function figuresOf(
  sizes: readonly Size[],
  rounds: readonly (readonly Round[])[],
  kafka: InKafka,
): GrowthFigures[] {
  const of = (i: number, value: (round: Round) => number): number => median(rounds[i]!.map(value));
  const micros = (i: number, value: (round: Round) => number): number =>
    of(i, (round) => (1e6 * value(round)) / round.readings);
  return sizes.map(({ profile, series }, i) => {
    const fewest = sizes.findIndex((size) => size.profile === profile);
    const isKept = profile === 'usual';
    const stages = (at: number): number => micros(at, ({ stagesCpu }) => stagesCpu);
    const rss = (at: number): number => of(at, (round) => round.rss);
    const all = (at: number): number =>
      micros(at, ({ stagesCpu, commitsCpu }) => stagesCpu + (isKept ? commitsCpu : 0));
    return {
      profile,
      series,
      readings: rounds[i]![0]!.readings,
      readingsPerSecond: of(i, ({ readings, seconds }) => readings / seconds),
      floor: micros(i, ({ floorCpu }) => floorCpu),
      stages: stages(i),
      commits: isKept ? micros(i, ({ commitsCpu }) => commitsCpu) : 0,
      ratio: all(i) / all(fewest),
      stagesRatio: stages(i) / stages(fewest),
      commitMilliseconds: of(i, ({ commitSeconds, commits }) => (1000 * commitSeconds) / commits),
      bytesPerSeries: rounds[i]![0]!.bytesPerSeries,
      rss: rss(i),
      rssPerSeries: i === fewest ? null : (rss(i) - rss(fewest)) / (series - sizes[fewest]!.series),
      sqliteBytes: rounds[i]![0]!.sqliteBytes,
      sqliteRestoreSeconds: isKept ? of(i, ({ sqliteRestoreSeconds }) => sqliteRestoreSeconds ?? NaN) : null,
      kafkaRestoreSeconds: isKept ? (kafka.restores.get(series) ?? null) : null,
      kafkaCpu: isKept ? (kafka.cpu.get(series) ?? null) : null,
      kafkaRatio:
        isKept && kafka.cpu.has(series)
          ? kafka.cpu.get(series)! / kafka.cpu.get(sizes[fewest]!.series)!
          : null,
    };
  });
}

function tableOf(on: Machine & { readonly rounds: number }, figures: readonly GrowthFigures[]): string {
  const head = [
    'series',
    'readings/s',
    'JSON.parse',
    'stages, µs',
    'commits, µs',
    '× fewest',
    'stages ×',
    'a commit, ms',
    'bytes a series',
    'RSS, MB',
    'RSS a series',
    'Kafka, µs',
    'Kafka ×',
    'SQLite, s',
    'Kafka, s',
  ];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: head.map(() => 'right' as const),
  });
  const seconds = (value: number | null): string => value?.toFixed(2) ?? '';
  for (const one of figures)
    table.push([
      `${one.series.toLocaleString('en-US')}${one.profile === 'lean' ? ' lean' : ''}`,
      one.readingsPerSecond.toFixed(0),
      ...[one.floor, one.stages, one.commits, one.ratio, one.stagesRatio].map((value) => value.toFixed(2)),
      one.commitMilliseconds.toFixed(1),
      one.bytesPerSeries,
      (one.rss / 2 ** 20).toFixed(0),
      one.rssPerSeries?.toFixed(0) ?? '',
      seconds(one.kafkaCpu),
      seconds(one.kafkaRatio),
      seconds(one.sqliteRestoreSeconds),
      seconds(one.kafkaRestoreSeconds),
    ]);
  return `${table.toString()}
live-forecast, frozen LSTM 64, no sink, ${PARTITIONS} partitions, medians of ${on.rounds} rounds; µs of CPU a reading. Usual: 12 horizons, state in SQLite, a commit every 5,000 readings of a partition. Kafka: a whole worker from Kafka to state in Kafka, in generations. Lean: one horizon, no season, no store. s: until the state is restored. Goal: at most ×${GOAL} at 100,000.
${on.cpu}, ${on.cores} cores, Node ${on.node}`;
}

function plotOf(figures: readonly GrowthFigures[]): string {
  const usual = figures.filter(({ profile }) => profile === 'usual');
  const line = (of: (one: GrowthFigures) => number): [number, number][] =>
    usual.map((one) => [one.series, of(one)]);
  const few = usual[0]!;
  return svgLines({
    title: 'What a reading costs as series become more',
    x: 'series of one process',
    y: 'CPU a reading, µs (logarithmic)',
    lines: [
      {
        name: 'SQLite',
        look: 'first',
        points: line(({ stages, commits }) => stages + commits),
      },
      { name: 'stages', look: 'second', points: line(({ stages }) => stages) },
      ...(few.kafkaCpu === null
        ? []
        : [
            {
              name: 'Kafka',
              look: 'third' as const,
              points: line(({ kafkaCpu }) => kafkaCpu!),
            },
          ]),
    ],
    baseline: {
      name: `goal: ×${GOAL} of ${few.kafkaCpu === null ? 'SQLite' : 'Kafka'}'s first`,
      value: GOAL * (few.kafkaCpu ?? few.stages + few.commits),
    },
  });
}
