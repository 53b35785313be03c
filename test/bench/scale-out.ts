import Table from 'cli-table3';
import { Command } from 'commander';
import { makeTopic } from './bench-topic.ts';
import { inChild } from './in-child.ts';
import { measureRestore } from './kafka-restore.ts';
import { type Machine, machine } from './machine.ts';
import { median } from './median.ts';
import type { PipelineJob, PipelineResult } from './pipeline-child.ts';
import { SENSORS } from './readings.ts';
import { type ScaleConstants, scaleOnPaper, type ScalePlan } from './scale-paper.ts';
import { benchKafka } from './services.ts';
import { wholeNumber } from './whole-number.ts';
import { type WorkersFigures, withWorkers } from './workers.ts';

interface Flags {
  readonly readings: number;
  readonly series: number;
  readonly growth: number;
  readonly rounds: number;
  readonly json?: boolean;
}

const PARTITIONS = 12;
const WORKERS = [1, 2, 4];
const USUAL = ['forecast.learn=none', 'model.hidden=64', 'model.horizon=12'];
/** Of what each of the most workers takes in, what comes before it is measured; as many readings of each of fewer: code is compiled as far. */
const WARM_SHARE = 0.5;
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
    .option('--readings <n>', `readings of ${SENSORS} sensors`, wholeNumber, 1_600_000)
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
    const found = WORKERS.map((): WorkersFigures[] => []);
    for (let round = 1; round <= rounds; round++) {
      floors.push(await floor(brokers, readings));
      for (const [i, workers] of WORKERS.entries()) {
        const figures = await withWorkers(brokers, {
          workers,
          readings,
          series: SENSORS,
          warm: Math.floor((WARM_SHARE * readings) / Math.max(...WORKERS)),
          partitions: PARTITIONS,
          set: USUAL,
        });
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

function mediansOf(rounds: readonly WorkersFigures[]): WorkersFigures {
  const of = (name: keyof WorkersFigures): number => median(rounds.map((figures) => figures[name]));
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
  variants: readonly WorkersFigures[],
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
live-forecast, frozen LSTM 64, 12 horizons, no sink, state in Kafka, ${PARTITIONS} partitions; ${on.readings.toLocaleString('en-US')} readings, medians of ${on.rounds} rounds; CPU of all workers together, of each after ${Math.floor((WARM_SHARE * on.readings) / Math.max(...WORKERS)).toLocaleString('en-US')} readings. Floor, kafkajs and JSON.parse alone: ${floorCpu.toFixed(2)}. Goal: within ${100 * GOAL} %.
${on.cpu}, ${on.cores} cores, Node ${on.node}, Kafka ${on.kafka}`;
}
