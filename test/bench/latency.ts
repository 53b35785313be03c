import { randomUUID } from 'node:crypto';
import Table from 'cli-table3';
import { Command } from 'commander';
import type { InfluxService } from '../services/influxdb.ts';
import { BenchBucket } from './bench-bucket.ts';
import { type BenchTopic, makeTopic, makeTopicOf } from './bench-topic.ts';
import { inChild } from './in-child.ts';
import type { Percentiles } from './latencies.ts';
import type { LatencyJob, LatencyResult } from './latency-child.ts';
import { type Machine, machine } from './machine.ts';
import { median } from './median.ts';
import { produceAtRate } from './rate-producer.ts';
import { SENSORS } from './readings.ts';
import { benchInfluxDB, benchKafka } from './services.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly readings: number;
  readonly rate?: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly json?: boolean;
}

interface Figures {
  readonly name: string;
  /** Undefined: of the floor. */
  readonly cpuSecondsPer100k?: number;
  /** By part of the way; ms. */
  readonly latency: Readonly<Record<string, Percentiles>>;
}

const PARTITIONS = 6;
const USUAL = ['forecast.learn=none', 'model.hidden=64', 'page.enabled=false'];
const FLOOR = 'kafkajs alone';
const VARIANTS = [
  { name: 'commit.every: 500ms (the default)', set: ['commit.every=500ms'] },
  { name: 'commit.every: 100ms', set: ['commit.every=100ms'] },
] as const;
/** Seconds at the rate before anything is timed: code is compiled then, and connections are there. */
const WARM_SECONDS = 4;
/** Of what was reached at full speed. */
const LOAD = 0.5;
const ABOUT: Readonly<Record<string, string>> = {
  parsed: 'due to parsed',
  acknowledged: 'due to acknowledged by InfluxDB',
  committed: 'due to committed',
  fetch: '  until handed over: broker, fetch',
  queue: '  until the commit before is through',
  stages: '  stages',
  wait: '  until the commit begins',
  sink: '  InfluxDB',
  store: '  transaction of Kafka',
};

/** `bench latency`: how long it takes from a record in Kafka to its points in InfluxDB, at half load, and where that goes. */
export function latencyBench(): Command {
  return new Command('latency')
    .description('from Kafka to InfluxDB acknowledged, p50, p99 and p99.9 at half load, by parts')
    .option(
      '--readings <n>',
      'readings at full speed, of which half load is half the rate',
      wholeNumber,
      200_000,
    )
    .option('--rate <n>', 'readings/s; default: half of what is reached at full speed', wholeNumber)
    .option('--seconds <s>', 'seconds that are timed in each round', wholeNumber, 20)
    .option('--rounds <r>', 'rounds, whose medians are printed', wholeNumber, 3)
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function measure(flags: Flags): Promise<void> {
  const kafka = await benchKafka();
  const influxdb = await benchInfluxDB().catch(async (error: unknown) => {
    await kafka.stop();
    throw error;
  });
  try {
    const services = { brokers: kafka.service.brokers, influxdb: influxdb.service };
    const full = await fullSpeed(services, flags.readings);
    const rate = flags.rate ?? Math.floor(LOAD * full.readingsPerSecond);
    say(`${full.readingsPerSecond.toFixed(0)} readings/s at full speed; ${rate}`);
    const rounds: (readonly Figures[])[] = [];
    let latest = 0;
    for (let round = 1; round <= flags.rounds; round++) {
      const found: Figures[] = [];
      for (const variant of [undefined, ...VARIANTS]) {
        const { figures, produced } = await atRate(services, variant, rate, flags.seconds);
        found.push(figures);
        latest = Math.max(latest, produced.latest);
        const { p50, p99 } = (figures.latency['acknowledged'] ?? figures.latency['parsed'])!;
        say(`round ${round}, ${figures.name}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
      }
      rounds.push(found);
    }
    const on = {
      ...machine(),
      kafka: kafka.version,
      influxdb: influxdb.version,
      rounds: flags.rounds,
      seconds: flags.seconds,
      fullSpeed: full.readingsPerSecond,
      rate,
      /** The longest that the producer was late, ms. */
      latest,
    };
    const variants = mediansOf(rounds);
    const text = flags.json ? JSON.stringify({ bench: 'latency', on, variants }) : tableOf(on, variants);
    process.stdout.write(`${text}\n`);
  } finally {
    await kafka.stop();
    await influxdb.stop();
  }
}

interface Services {
  readonly brokers: string[];
  readonly influxdb: InfluxService;
}

/** The same pipeline over a topic that is there already; the rate of its second half. */
async function fullSpeed({ brokers, influxdb }: Services, readings: number): Promise<LatencyResult> {
  const topic = await makeTopic(brokers, readings, PARTITIONS);
  const job = { ...jobOf(brokers, topic, readings, readings / 2), isStamped: false };
  const result = await intoBucket(influxdb, job, VARIANTS[0].set);
  await topic.remove();
  return result;
}

async function atRate(
  { brokers, influxdb }: Services,
  variant: (typeof VARIANTS)[number] | undefined,
  rate: number,
  seconds: number,
) {
  const topic = await makeTopicOf(brokers, [], PARTITIONS);
  const count = Math.floor((WARM_SECONDS + seconds) * rate);
  const job = jobOf(brokers, topic, count, WARM_SECONDS * rate);
  const ready = Promise.withResolvers<void>();
  const onProgress = (): void => ready.resolve();
  const figures = variant
    ? intoBucket(influxdb, job, variant.set, onProgress).then(({ cpuSecondsPer100k, latency }) => ({
        name: variant.name,
        cpuSecondsPer100k,
        latency: latency!,
      }))
    : inChild<Percentiles>(new URL('latency-floor.ts', import.meta.url), job, { onProgress }).then(
        (parsed) => ({
          name: FLOOR,
          latency: { parsed },
        }),
      );
  await Promise.race([ready.promise, figures]);
  const [produced, found] = await Promise.all([
    produceAtRate(brokers, topic.name, { rate, count, partitions: PARTITIONS }),
    figures,
  ]);
  await topic.remove();
  return { figures: found as Figures, produced };
}

function jobOf(brokers: readonly string[], topic: BenchTopic, count: number, warm: number): LatencyJob {
  const group = `bench-${randomUUID()}`;
  const set = [
    `input={kind: kafka, brokers: ${JSON.stringify(brokers)}, topic: ${topic.name}, group: ${group}, decode: {format: json, values: [value]}}`,
    ...USUAL,
  ];
  return { brokers, topic: topic.name, group, partitions: PARTITIONS, set, count, warm, isStamped: true };
}

async function intoBucket(
  service: InfluxService,
  job: LatencyJob,
  set: readonly string[],
  onProgress?: () => void,
): Promise<LatencyResult> {
  const bucket = await BenchBucket.make(service);
  try {
    const { url, org, token } = service;
    const output = `output={kind: influxdb, url: "${url}", org: "${org}", bucket: "${bucket.name}"}`;
    const result = await inChild<LatencyResult>(
      new URL('latency-child.ts', import.meta.url),
      { ...job, set: [...job.set, ...set, output] },
      { environment: { INFLUX_TOKEN: token }, ...(onProgress && { onProgress }) },
    );
    const { reading } = await bucket.count();
    if (reading !== job.count) throw new Error(`InfluxDB holds ${reading} readings, expected ${job.count}`);
    return result;
  } finally {
    await bucket.remove();
  }
}

function mediansOf(rounds: readonly (readonly Figures[])[]): Figures[] {
  return rounds[0]!.map(({ name, cpuSecondsPer100k, latency }, i) => {
    const of = (value: (figures: Figures) => number): number =>
      median(rounds.map((round) => value(round[i]!)));
    const parts = Object.keys(latency).map((part) => {
      const at = (figure: keyof Percentiles): number => of((figures) => figures.latency[part]![figure]);
      return [part, { mean: at('mean'), p50: at('p50'), p99: at('p99'), p999: at('p999') }] as const;
    });
    return {
      name,
      ...(cpuSecondsPer100k !== undefined && {
        cpuSecondsPer100k: of((one) => one.cpuSecondsPer100k ?? NaN),
      }),
      latency: Object.fromEntries(parts),
    };
  });
}

function tableOf(
  on: Machine & {
    readonly kafka: string;
    readonly influxdb: string;
    readonly rounds: number;
    readonly seconds: number;
    readonly rate: number;
    readonly fullSpeed: number;
    readonly latest: number;
  },
  variants: readonly Figures[],
): string {
  const head = ['ms', 'mean', 'p50', 'p99', 'p99.9'];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
  });
  for (const { name, latency } of variants) {
    table.push([{ colSpan: head.length, content: name }]);
    for (const [part, { mean, p50, p99, p999 }] of Object.entries(latency))
      table.push([ABOUT[part] ?? part, ...[mean, p50, p99, p999].map((time) => time.toFixed(1))]);
  }
  const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
  return `${table.toString()}
live-forecast, frozen LSTM 64, 12 horizons, ${SENSORS} sensors over ${PARTITIONS} partitions, state in Kafka: ${count(on.rate)} readings/s, at full speed ${count(on.fullSpeed)}; medians of ${on.rounds} rounds of ${on.seconds} s. Times begin when a reading was due; requests are made every 10 ms, the producer was late by at most ${on.latest.toFixed(0)} ms.
${on.cpu}, ${on.cores} cores, Node ${on.node}, Kafka ${on.kafka}, InfluxDB ${on.influxdb}`;
}
