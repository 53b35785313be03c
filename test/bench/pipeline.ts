import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { InfluxService } from '../services/influxdb.ts';
import { BenchBucket, type PointCounts } from './bench-bucket.ts';
import { makeTopic } from './bench-topic.ts';
import { cpuProfile } from './cpu-profile.ts';
import { inChild } from './in-child.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import type { PipelineJob, PipelineResult } from './pipeline-child.ts';
import { type Figures, figuresOf, type Floors, mediansOf, sharesOf, tableOf } from './pipeline-figures.ts';
import type { RawPostJob, RawPostResult } from './raw-post-child.ts';
import { SENSORS } from './readings.ts';
import { recordWrites } from './recorded-writes.ts';
import type { ReplayJob, ReplayResult } from './replay-child.ts';
import { benchInfluxDB, benchKafka } from './services.ts';

interface Flags {
  readonly readings: number;
  readonly rounds: number;
  readonly only?: readonly string[];
  readonly profile?: string;
  readonly json?: boolean;
}

interface Variant {
  readonly name: string;
  readonly about: string;
  /** Settings of live-forecast; undefined: kafkajs alone. */
  readonly set?: readonly string[];
  readonly influxdb?: boolean;
}

const HIDDEN = 64;
const FROZEN = ['forecast.learn=none', `model.hidden=${HIDDEN}`];
const VARIANTS: readonly Variant[] = [
  { name: 'a', about: 'kafkajs and JSON.parse alone' },
  { name: 'b', about: 'frozen LSTM, hidden 64, no sink', set: [...FROZEN, 'output.kind=none'] },
  { name: 'c', about: 'the same, into InfluxDB', set: FROZEN, influxdb: true },
  { name: 'd', about: 'online learning (the default), no sink', set: ['output.kind=none'] },
];
const PARTITIONS = 6;
/** Steps of each sensor before its sampling step is known and its forecasts are written out. */
const STEPS_TO_KNOW = 3;
/** Horizons whose forecasts are written out by default. */
const STORED = 3;

/** `bench pipeline`: Kafka to forecasts through the product's own `run`, beside kafkajs alone. */
export function pipelineBench(): Command {
  return new Command('pipeline')
    .description('readings/s and CPU from a real Kafka through live-forecast, beside kafkajs alone')
    .option('--readings <n>', 'readings in the topic', whole, 1_000_000)
    .option('--rounds <r>', 'rounds, whose medians are printed', whole, 3)
    .option('--only <names>', `variants, of ${VARIANTS.map(({ name }) => name).join()}`, (names) =>
      names.split(','),
    )
    .option('--profile <folder>', 'a CPU profile of each child goes there')
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function whole(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of at least 1');
}

async function measure(flags: Flags): Promise<void> {
  const wanted = VARIANTS.filter(({ name }) => flags.only?.includes(name) ?? true);
  const kafka = await benchKafka();
  const influxdb = wanted.some((variant) => variant.influxdb)
    ? await benchInfluxDB().catch((error: unknown) => say(`Without (c). ${(error as Error).message}`))
    : undefined;
  try {
    const { brokers } = kafka.service;
    say(`Producing ${flags.readings} readings of ${SENSORS} sensors over ${PARTITIONS} partitions`);
    const topic = await makeTopic(brokers, flags.readings, PARTITIONS);
    const variants = wanted.filter((variant) => !variant.influxdb || influxdb);
    const { figures, floors } = await runRounds(variants, brokers, topic.name, influxdb?.service, flags);
    await topic.remove();
    const on = {
      ...machine(),
      kafka: kafka.version,
      influxdb: influxdb?.version ?? null,
      readings: flags.readings,
      rounds: flags.rounds,
    };
    const results = variants.map(({ name, about }, i) => ({ name, about, ...figures[i]! }));
    const shares = sharesOf(results, floors);
    const text = flags.json
      ? JSON.stringify({ bench: 'pipeline', on, variants: results, floors, shares })
      : tableOf(on, results, floors, shares);
    process.stdout.write(`${text}\n`);
  } finally {
    await kafka.stop();
    await influxdb?.stop();
  }
}

/** Each round runs every variant once, so that what else the machine does meets all of them; the medians by variant. */
async function runRounds(
  variants: readonly Variant[],
  brokers: readonly string[],
  topic: string,
  influxdb: InfluxService | undefined,
  flags: Flags,
): Promise<{ readonly figures: Figures[]; readonly floors: Floors }> {
  const folder = await mkdtemp(join(tmpdir(), 'foretide-bench-'));
  try {
    const rounds: Figures[][] = variants.map(() => []);
    const steps: ReplayResult[] = [];
    const posts: number[] = [];
    const recorded = join(folder, 'writes');
    for (let round = 1; round <= flags.rounds; round++) {
      steps.push(await stepInChild(flags.readings));
      for (const [i, variant] of variants.entries()) {
        const group = `${topic}-${variant.name}-${round}`;
        const job = jobOf(variant, { brokers, topic, group, folder, count: flags.readings });
        if (variant.influxdb && round === 1) await record(influxdb!, job, flags, recorded);
        const result =
          variant.influxdb && influxdb
            ? await intoBucket(influxdb, influxdb.url, job, flags)
            : await runInChild(job, flags);
        const figures = figuresOf(result);
        rounds[i]!.push(figures);
        const rate = figures.readingsPerSecond.toFixed(0);
        const cpu = figures.cpuSecondsPer100k.toFixed(2);
        say(`round ${round} (${variant.name}): ${rate} readings/s, ${cpu} CPU s per 100,000`);
        if (variant.influxdb)
          posts.push(flags.readings / (await postRecorded(influxdb!, recorded, flags.readings)));
      }
    }
    const of = (lap: 'whole' | 'secondHalf'): number => 1e6 * median(steps.map((one) => one[lap]));
    return {
      figures: rounds.map(mediansOf),
      floors: {
        stepMicros: of('whole'),
        warmStepMicros: of('secondHalf'),
        rawPostReadingsPerSecond: posts.length > 0 ? median(posts) : null,
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function jobOf(
  { set }: Variant,
  {
    brokers,
    topic,
    group,
    folder,
    count,
  }: Pick<PipelineJob, 'brokers' | 'topic' | 'group' | 'count'> & { readonly folder: string },
): PipelineJob {
  const where = [
    'input.kind=kafka',
    `input.brokers=${JSON.stringify(brokers)}`,
    `input.topic=${topic}`,
    `input.group=${group}`,
    'store.kind=sqlite',
    `store.path=${join(folder, `${group}.db`)}`,
    'page.enabled=false',
  ];
  return { brokers, topic, group, count, set: set && [...set, ...where] };
}

/** The cell alone. */
function stepInChild(count: number): Promise<ReplayResult> {
  const job: ReplayJob = { part: 'step', count, hidden: HIDDEN };
  return inChild(new URL('replay-child.ts', import.meta.url), job);
}

/** Keeps what a run writes to InfluxDB, once and untimed. */
async function record(service: InfluxService, job: PipelineJob, flags: Flags, path: string): Promise<void> {
  const writes = await recordWrites(service.url, path);
  const group = `${job.group}-recorded`;
  const set = job.set!.map((one) => one.replace(job.group, group));
  await intoBucket(service, writes.url, { ...job, group, set }, flags);
  await writes.stop();
}

/** Posts what was recorded to a fresh bucket, and makes sure that it is all there. @returns s */
async function postRecorded(service: InfluxService, path: string, count: number): Promise<number> {
  const bucket = await BenchBucket.make(service);
  try {
    const { url, org, token } = service;
    const job: RawPostJob = { path, url, org, bucket: bucket.name, atOnce: PARTITIONS };
    const { seconds, bytes, requests } = await inChild<RawPostResult>(
      new URL('raw-post-child.ts', import.meta.url),
      job,
      { environment: { INFLUX_TOKEN: token } },
    );
    const { reading } = await bucket.count();
    if (reading !== count) throw new Error(`InfluxDB holds ${reading} readings, expected ${count}`);
    say(
      `raw POST of ${(bytes / 1e6).toFixed(0)} MB in ${requests} requests: ${(count / seconds).toFixed(0)} readings/s`,
    );
    return seconds;
  } finally {
    await bucket.remove();
  }
}

/** Runs a job whose points go to a fresh bucket, and makes sure that they are all there. */
async function intoBucket(
  service: InfluxService,
  url: string,
  job: PipelineJob,
  flags: Flags,
): Promise<PipelineResult> {
  const bucket = await BenchBucket.make(service);
  try {
    const { org, token } = service;
    const set = [
      ...job.set!,
      'output.kind=influxdb',
      `output.url=${url}`,
      `output.org=${JSON.stringify(org)}`,
      `output.bucket=${bucket.name}`,
    ];
    const result = await runInChild({ ...job, set }, flags, { INFLUX_TOKEN: token });
    const stored = await bucket.count();
    const expected = { ...expectedPoints(job.count), anomaly: result.points.anomaly };
    if (JSON.stringify(stored) !== JSON.stringify(expected)) {
      throw new Error(`InfluxDB holds ${JSON.stringify(stored)}, expected ${JSON.stringify(expected)}`);
    }
    return result;
  } finally {
    await bucket.remove();
  }
}

/** The stream has no gaps: every reading is a point, and from its fourth on each sensor's forecasts are. */
function expectedPoints(count: number): Omit<PointCounts, 'anomaly'> {
  let forecasts = 0;
  for (let sensor = 0; sensor < SENSORS; sensor++) {
    const readings = Math.ceil((count - sensor) / SENSORS);
    forecasts += STORED * Math.max(0, readings - STEPS_TO_KNOW);
  }
  return { reading: count, forecast: forecasts };
}

function runInChild(
  job: PipelineJob,
  { profile }: Flags,
  environment: Readonly<Record<string, string>> = {},
): Promise<PipelineResult> {
  return inChild(new URL('pipeline-child.ts', import.meta.url), job, {
    execArgv: cpuProfile(profile, job.group),
    environment,
  });
}
