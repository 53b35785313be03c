import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Table from 'cli-table3';
import { Command } from 'commander';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import type { InfluxService } from '../services/influxdb.ts';
import { BenchBucket } from './bench-bucket.ts';
import { makeTopic } from './bench-topic.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { peersJobReference } from './peers-job-reference.ts';
import { SENSORS, sensorReadings } from './readings.ts';
import { benchInfluxDB, benchKafka } from './services.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly readings: number;
  readonly rounds: number;
  readonly json?: boolean;
}

/** What a child prints. */
interface Result {
  readonly eps: number;
  readonly eps_2nd_half: number;
  readonly cpu_s_per_100k: number;
  readonly p50_us: number;
  readonly p99_us: number;
  readonly rss_mb: number;
}

const PARTITIONS = 6;
const CHILD = fileURLToPath(new URL('peers-job-child.ts', import.meta.url));
const FLOOR = fileURLToPath(new URL('peers-job-floor.ts', import.meta.url));
/** How far a forecast may be from the reference. */
const TOLERANCE = 1e-4;
const VARIANTS = [
  { name: 'floor', about: 'kafkajs and JSON.parse alone', file: FLOOR, goal: '' },
  { name: 'A', about: 'counts; state in memory', file: CHILD, goal: '0.50' },
  {
    name: 'B',
    about: 'a point a reading to InfluxDB; state exactly once in Kafka',
    file: CHILD,
    goal: '0.90',
  },
] as const;

/** `bench peers-job`: the job that other stacks are measured by. */
export function peersJobBench(): Command {
  return new Command('peers-job')
    .description('one LSTM step and 12 horizons a reading of 1,000 sensors, as other stacks are measured')
    .option('--readings <n>', 'readings in the topic', wholeNumber, 1_000_000)
    .option('--rounds <r>', 'rounds, whose medians are printed', wholeNumber, 3)
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function measure({ readings, rounds, json }: Flags): Promise<void> {
  const kafka = await benchKafka();
  const influxdb = await benchInfluxDB().catch((error: unknown) => {
    say(`Without B. ${(error as Error).message}`);
    return undefined;
  });
  const folder = mkdtempSync(join(tmpdir(), 'foretide-bench-'));
  try {
    const { brokers } = kafka.service;
    say(`Producing ${readings} readings of ${SENSORS} sensors over ${PARTITIONS} partitions`);
    const topic = await makeTopic(brokers, readings, PARTITIONS);
    const variants = VARIANTS.filter(({ name }) => name !== 'B' || influxdb);
    const results = new Map<string, Result[]>(variants.map(({ name }) => [name, []]));
    const checked = join(folder, 'checked.csv');
    for (let round = 1; round <= rounds; round++) {
      for (const { name, file } of variants) {
        const environment = {
          KAFKA: brokers[0]!,
          TOPIC: topic.name,
          N: String(readings),
          GROUP: `peers-job-${randomUUID()}`,
          VARIANT: name,
          STATE_DIR: folder,
          CHECK_OUT: checked,
        };
        const result =
          name === 'B'
            ? await intoBucket(influxdb!.service, file, environment)
            : await inChild(file, environment);
        if (name !== 'floor') mustAgree(checked, readings);
        results.get(name)!.push(result);
        say(`round ${round} ${name}: ${result.cpu_s_per_100k} CPU s a 100,000, ${result.eps} readings/s`);
      }
    }
    await topic.remove();
    const figures = variants.map(({ name, about, goal }) => ({
      name,
      about,
      goal,
      ...mediansOf(results.get(name)!),
    }));
    const on = { ...machine(), kafka: kafka.version, influxdb: influxdb?.version ?? null, readings, rounds };
    process.stdout.write(
      json ? `${JSON.stringify({ bench: 'peers-job', on, variants: figures })}\n` : tableOf(on, figures),
    );
  } finally {
    await kafka.stop();
    await influxdb?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** B's points go to a fresh bucket, and are counted. */
async function intoBucket(
  service: InfluxService,
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<Result> {
  const bucket = await BenchBucket.make(service);
  try {
    const { url, org, token } = service;
    const result = await inChild(file, {
      ...environment,
      INFLUX_URL: url,
      INFLUX_ORG: org,
      INFLUX_TOKEN: token,
      INFLUX_BUCKET: bucket.name,
    });
    const stored = await bucket.countOf('forecast', 'h12');
    if (stored !== Number(environment['N'])) throw new Error(`InfluxDB holds ${stored} points`);
    return result;
  } finally {
    await bucket.remove();
  }
}

async function inChild(file: string, environment: Readonly<Record<string, string>>): Promise<Result> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', file],
    {
      env: { ...process.env, ...environment },
    },
  );
  const line = stdout.split('\n').find((each) => each.startsWith('{"events"'));
  if (line === undefined) throw new Error(`The child ended without a result: ${stdout}`);
  return JSON.parse(line) as Result;
}

function mustAgree(path: string, readings: number): void {
  const model = createModel(ModelSettings.parse({ cell: 'lstm', hidden: 64, horizon: 12, seed: 1 }), 1);
  const few = [...sensorReadings(Math.min(readings, 20 * SENSORS))].filter(({ sensor }) => sensor < 's0005');
  const right = peersJobReference(model, few);
  const rows = readFileSync(path, 'utf8').trim().split('\n');
  if (rows.length !== right.size) throw new Error(`Expected ${right.size} forecasts, got ${rows.length}`);
  for (const row of rows) {
    const [sensor, time, ...told] = row.split(',');
    const expected = right.get(`${sensor},${time}`);
    const isNear = expected?.every((y, q) => Math.abs(y - Number(told[q])) <= TOLERANCE);
    if (!isNear) throw new Error(`Expected ${expected?.join()} for ${sensor} at ${time}, got ${told.join()}`);
  }
}

function mediansOf(results: readonly Result[]): Result {
  const of = (name: keyof Result): number => median(results.map((each) => each[name]));
  return {
    eps: of('eps'),
    eps_2nd_half: of('eps_2nd_half'),
    cpu_s_per_100k: of('cpu_s_per_100k'),
    p50_us: of('p50_us'),
    p99_us: of('p99_us'),
    rss_mb: of('rss_mb'),
  };
}

function tableOf(
  on: Readonly<Record<string, unknown>>,
  figures: readonly (Result & { readonly name: string; readonly about: string; readonly goal: string })[],
): string {
  const head = ['', 'CPU s / 100,000', 'goal', 'readings/s', '2nd half', 'p50 µs', 'p99 µs', 'peak RSS, MB'];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
  });
  for (const { name, about, goal, ...each } of figures)
    table.push([
      `${name}: ${about}`,
      each.cpu_s_per_100k.toFixed(3),
      goal,
      each.eps.toLocaleString('en-US'),
      each.eps_2nd_half.toLocaleString('en-US'),
      each.p50_us.toFixed(1),
      each.p99_us.toFixed(1),
      String(each.rss_mb),
    ]);
  return `${table.toString()}
${Number(on['readings']).toLocaleString('en-US')} readings, medians of ${String(on['rounds'])} rounds; a reading's time is its share of its frame. Forecasts agree with plain float64 to ${TOLERANCE}.
${String(on['cpu'])}, ${String(on['cores'])} cores, Node ${String(on['node'])}, Kafka ${String(on['kafka'])}
`;
}
