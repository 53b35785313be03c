import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { seededRandom } from '../../src/model/random.ts';
import { BenchBucket } from '../bench/bench-bucket.ts';
import { type BenchTopic, makeTopic } from '../bench/bench-topic.ts';
import { SENSORS } from '../bench/readings.ts';
import { benchInfluxDB, benchKafka } from '../bench/services.ts';

/**
 * `foretide run pipelines/live-forecast.ts --config live.yaml` from a real Kafka to a real InfluxDB: every reading of 1,000
 * sensors and every forecast of the three stored horizons is counted in InfluxDB. With --kills the process is killed with SIGKILL
 * at random moments and started again.
 */
const options = new Command('test:end-to-end')
  .option('--readings <n>', 'readings of 1,000 sensors', Number, 1_000_000)
  .option('--kills <n>', 'how often the process is killed', Number, 0)
  .option('--seed <n>', 'seed of the moments', Number, 1)
  .parse()
  .opts<{ readings: number; kills: number; seed: number }>();

const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const BIN = fileURLToPath(new URL('../../src/cli/bin.mjs', import.meta.url));
const PIPELINE = fileURLToPath(new URL('../../pipelines/live-forecast.ts', import.meta.url));
const PARTITIONS = 6;
const HORIZONS = [1, 6, 12];

const folder = mkdtempSync(join(tmpdir(), 'foretide-end-to-end-'));
const db = join(folder, 'state.db');
const kafka = await benchKafka();
const influx = await benchInfluxDB();
const bucket = await BenchBucket.make(influx.service);
let made: BenchTopic | undefined;
try {
  say(`Producing ${options.readings} readings of ${SENSORS} sensors …`);
  made = await makeTopic(kafka.service.brokers, options.readings, PARTITIONS);
  const topic = made.name;
  const config = join(folder, 'live.yaml');
  const { url, org, token } = influx.service;
  writeFileSync(
    config,
    stringify({
      input: { kind: 'kafka', brokers: kafka.service.brokers, topic, group: topic, sessionTimeout: '6s' },
      output: { kind: 'influxdb', url, org, bucket: bucket.name },
      align: { every: '1m' },
      forecast: { store: HORIZONS },
      store: { kind: 'sqlite', path: db },
      page: { enabled: false },
    }),
  );
  const start = () => {
    const child = spawn(process.execPath, [BIN, 'run', PIPELINE, '--config', config, '--log-level', 'warn'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, INFLUX_TOKEN: token },
    });
    return { child, ended: new Promise<number | null>((resolve) => child.once('exit', resolve)) };
  };

  const random = seededRandom(options.seed);
  const began = performance.now();
  let kills = 0;
  let run = start();
  let dueAt = nextKill();
  for (;;) {
    const ended = await Promise.race([run.ended, sleep(500, 'running' as const)]);
    if (ended !== 'running') throw new Error(`The run ended by itself with ${ended}`);
    const done = committed();
    if (done >= options.readings) break;
    if (kills < options.kills && performance.now() > dueAt) {
      run.child.kill('SIGKILL');
      await run.ended;
      say(`kill ${++kills} at ${committed()} committed readings`);
      run = start();
      dueAt = nextKill();
    }
  }
  const seconds = (performance.now() - began) / 1000;
  run.child.kill('SIGTERM');
  const code = await run.ended;

  const counted = await bucket.count();
  const expected = { reading: options.readings, forecast: options.readings * HORIZONS.length };
  const good = counted.reading === expected.reading && counted.forecast === expected.forecast && code === 0;
  say(`${options.readings} readings in ${seconds.toFixed(1)} s, ${kills} kills, SIGTERM ended with ${code}`);
  say(`readings in InfluxDB: ${counted.reading}, expected ${expected.reading}`);
  say(`forecasts in InfluxDB: ${counted.forecast}, expected ${expected.forecast}`);
  say(good ? '✔ none lost, none doubled' : '✖ the counts differ');
  process.exitCode = good ? 0 : 1;

  function nextKill(): number {
    return performance.now() + 2000 + random() * 8000;
  }
} finally {
  await bucket.remove();
  await made?.remove();
  await kafka.stop();
  await influx.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Records that the store has committed, over all partitions. */
function committed(): number {
  if (!existsSync(db)) return 0;
  const database = new DatabaseSync(db, { readOnly: true, timeout: 2000 });
  try {
    const row = database.prepare('SELECT coalesce(sum(next), 0) AS done FROM position').get();
    return Number(row?.['done'] ?? 0);
  } catch {
    return 0; // the tables are being made
  } finally {
    database.close();
  }
}
