import { randomUUID } from 'node:crypto';
import Table from 'cli-table3';
import { Command } from 'commander';
import { fillTopic, makeTopic, makeTopicOf } from './bench-topic.ts';
import { inChild } from './in-child.ts';
import { kafkaRunSettings, measureRestore } from './kafka-restore.ts';
import { type Machine, machine } from './machine.ts';
import { median } from './median.ts';
import type { PipelineJob, PipelineResult } from './pipeline-child.ts';
import { SENSORS, sensorReadings } from './readings.ts';
import type { ScaleOutJob, ScaleOutProgress, ScaleOutResult } from './scale-out-child.ts';
import { type ScaleConstants, scaleOnPaper, type ScalePlan } from './scale-paper.ts';
import { benchKafka } from './services.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly readings: number;
  readonly series: number;
  readonly growth: number;
  readonly rounds: number;
  readonly json?: boolean;
}

interface Figures {
  readonly workers: number;
  /** Of all workers together, after the first 40 %: their code is compiled then. */
  readonly cpuSecondsPer100k: number;
  /** From the first record on. */
  readonly wholeCpuSecondsPer100k: number;
  readonly readingsPerSecond: number;
  readonly commits: number;
  readonly rowsPerReading: number;
}

const PARTITIONS = 12;
const WORKERS = [1, 2, 4];
const USUAL = ['forecast.learn=none', 'model.hidden=64', 'model.horizon=12'];
/** How far CPU time a reading may be from that of one worker. */
const GOAL = 0.15;
/** Settings of the runs, as their defaults. */
const COMMIT_EVERY = 0.5;
const SESSION_TIMEOUT = 30;
const GENERATION_EVERY = 600;
const PLAN: ScalePlan = {
  readingsPerSecond: 1_000_000,
  series: 1_000_000,
  coresPerMachine: 16,
  load: 0.5,
  partitionsPerWorker: 2,
};

/** `bench scale-out`: what a reading costs when several workers share the partitions, and what that gives on paper. */
export function scaleOutBench(): Command {
  return new Command('scale-out')
    .description('CPU of 1, 2 and 4 workers of one group; on paper: 1,000,000 readings/s')
    .option('--readings <n>', `readings of ${SENSORS} sensors`, wholeNumber, 400_000)
    .option('--series <n>', 'series whose restore is timed, for the paper', wholeNumber, 50_000)
    .option(
      '--growth <x>',
      'for the paper: what a reading costs at its series a worker, against 1,000, by bench growth',
      Number,
      1,
    )
    .option('--rounds <r>', 'rounds, whose medians are printed', wholeNumber, 3)
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function measure({ readings, series, growth, rounds, json }: Flags): Promise<void> {
  const kafka = await benchKafka();
  const { brokers } = kafka.service;
  try {
    const floors: number[] = [];
    const found = WORKERS.map((): Figures[] => []);
    for (let round = 1; round <= rounds; round++) {
      floors.push(await floor(brokers, readings));
      for (const [i, workers] of WORKERS.entries()) {
        const figures = await withWorkers(brokers, readings, workers);
        found[i]!.push(figures);
        say(
          `round ${round}, ${workers} workers: ${figures.cpuSecondsPer100k.toFixed(2)} CPU s per 100,000, ${figures.readingsPerSecond.toFixed(0)} readings/s`,
        );
      }
    }
    const restore = await measureRestore(brokers, series, PARTITIONS, USUAL);
    const variants = found.map(mediansOf);
    const constants: ScaleConstants = {
      cpuSecondsPer100k: Math.max(...variants.map((one) => one.cpuSecondsPer100k)),
      bytesPerSeries: restore.bytesPerSeries,
      rssPerSeries: restore.rssPerSeries,
      restoreSecondsPerSeries: restore.seconds / series,
      growth,
      generationEvery: GENERATION_EVERY,
      commitEvery: COMMIT_EVERY,
      sessionTimeout: SESSION_TIMEOUT,
    };
    const paper = { constants, plan: PLAN, takes: scaleOnPaper(constants, PLAN) };
    const on = { ...machine(), kafka: kafka.version, readings, rounds };
    const floorCpu = median(floors);
    const text = json
      ? JSON.stringify({ bench: 'scale-out', on, goal: GOAL, floor: floorCpu, variants, restore, paper })
      : `${tableOf(on, floorCpu, variants)}\non paper: ${JSON.stringify(paper, null, 2)}`;
    process.stdout.write(`${text}\n`);
  } finally {
    await kafka.stop();
  }
}

/** CPU seconds per 100,000 of kafkajs and `JSON.parse` alone; whole, for the fetch of the second half may be over before it begins. */
async function floor(brokers: string[], readings: number): Promise<number> {
  const topic = await makeTopic(brokers, readings, PARTITIONS);
  const job: PipelineJob = {
    brokers,
    topic: topic.name,
    group: topic.name,
    count: readings,
    set: undefined,
  };
  const { whole } = await inChild<PipelineResult>(new URL('pipeline-child.ts', import.meta.url), job);
  await topic.remove();
  return (whole.cpuSeconds / whole.records) * 100_000;
}

/** The topic is filled when each worker has its share of the partitions. */
async function withWorkers(brokers: string[], readings: number, count: number): Promise<Figures> {
  const topic = await makeTopicOf(brokers, [], PARTITIONS);
  const job: ScaleOutJob = {
    set: kafkaRunSettings(brokers, topic.name, `bench-${randomUUID()}`, USUAL),
    // shares are not quite even
    warm: Math.floor((0.4 * readings) / count),
  };
  const progress = new Map<number, ScaleOutProgress>();
  const enders = new Map<number, (message: string) => void>();
  const shared = Promise.withResolvers<void>();
  const through = Promise.withResolvers<void>();
  const results = Array.from({ length: count }, (_, worker) =>
    inChild<ScaleOutResult>(new URL('scale-out-child.ts', import.meta.url), job, {
      onProgress: (told, answer) => {
        progress.set(worker, told as ScaleOutProgress);
        enders.set(worker, answer);
        const all = [...progress.values()];
        if (all.length === count && all.every(({ open }) => open === PARTITIONS / count)) shared.resolve();
        if (all.reduce((sum, one) => sum + one.readings, 0) >= readings) through.resolve();
      },
    }),
  );
  const failed = Promise.all(results);
  await Promise.race([shared.promise, failed]);
  const begun = performance.now();
  await fillTopic(brokers, topic.name, sensorReadings(readings), PARTITIONS);
  await Promise.race([through.promise, failed]);
  const seconds = (performance.now() - begun) / 1000;
  for (const end of enders.values()) end('end');
  const all = await failed;
  await topic.remove();
  const sum = (of: (one: ScaleOutResult) => number): number => all.reduce((total, one) => total + of(one), 0);
  const whole = sum((one) => one.wholeReadings);
  if (whole !== readings) throw new Error(`Expected ${readings} readings, got ${whole}`);
  const measured = sum((one) => one.readings);
  return {
    workers: count,
    cpuSecondsPer100k: (sum((one) => one.cpuSeconds) / measured) * 100_000,
    wholeCpuSecondsPer100k: (sum((one) => one.wholeCpuSeconds) / whole) * 100_000,
    readingsPerSecond: readings / seconds,
    commits: sum((one) => one.commits),
    rowsPerReading: sum((one) => one.rows) / measured,
  };
}

function mediansOf(rounds: readonly Figures[]): Figures {
  const of = (name: keyof Figures): number => median(rounds.map((figures) => figures[name]));
  return {
    workers: of('workers'),
    cpuSecondsPer100k: of('cpuSecondsPer100k'),
    wholeCpuSecondsPer100k: of('wholeCpuSecondsPer100k'),
    readingsPerSecond: of('readingsPerSecond'),
    commits: of('commits'),
    rowsPerReading: of('rowsPerReading'),
  };
}

function tableOf(
  on: Machine & { readonly kafka: string; readonly readings: number; readonly rounds: number },
  floorCpu: number,
  variants: readonly Figures[],
): string {
  const head = [
    'workers',
    'CPU s / 100,000',
    'against one',
    'with compilation',
    'readings/s',
    'commits',
    'rows a reading',
  ];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: head.map(() => 'right' as const),
  });
  const [one] = variants;
  for (const figures of variants)
    table.push([
      figures.workers,
      figures.cpuSecondsPer100k.toFixed(2),
      `${(100 * (figures.cpuSecondsPer100k / one!.cpuSecondsPer100k - 1)).toFixed(1)} %`,
      figures.wholeCpuSecondsPer100k.toFixed(2),
      figures.readingsPerSecond.toFixed(0),
      figures.commits,
      figures.rowsPerReading.toFixed(2),
    ]);
  return `${table.toString()}
live-forecast, frozen LSTM 64, 12 horizons, no sink, state in Kafka, ${PARTITIONS} partitions; ${on.readings.toLocaleString('en-US')} readings, medians of ${on.rounds} rounds; CPU of all workers together, of their later 60 %. Floor, kafkajs and JSON.parse alone: ${floorCpu.toFixed(2)}. Goal: within ${100 * GOAL} %.
${on.cpu}, ${on.cores} cores, Node ${on.node}, Kafka ${on.kafka}`;
}
