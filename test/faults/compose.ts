import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Admin } from 'kafkajs';
import type { RunStatus } from '../../src/serve/status.ts';
import { kafkaClient, KafkaClientSettings } from '../../src/source/kafka-client.ts';
import { silentLog } from '../../src/log.ts';
import { freePort } from '../services/free-port.ts';

/**
 * Brings docker-compose.yml up with its sensors under a project name and ports of its own, and proves that forecasts arrive, that
 * stopping commits, and that a second start goes on without losing or repeating a reading. Leaves nothing behind.
 *
 * Where there is no Docker it says so in one line and ends with 0.
 */
const PROJECT = `foretide-test-${process.pid}`;
const FILE = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));
const TOKEN = `token-of-${PROJECT}`;
const [page, alertsPage, kafkaPort, influx] = [
  await freePort(),
  await freePort(),
  await freePort(),
  await freePort(),
];
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

const MINUTE = 60_000;
const env = {
  ...process.env,
  // Prometheus and Grafana are left out: what they are given is held by tests of its own
  COMPOSE_PROFILES: 'sensors',
  PAGE_PORT: String(page),
  ALERTS_PAGE_PORT: String(alertsPage),
  KAFKA_PORT: String(kafkaPort),
  INFLUX_PORT: String(influx),
  INFLUX_TOKEN: TOKEN,
  PAGE_TOKEN: TOKEN,
  SENSORS_RATE: '500',
};

async function docker(args: readonly string[], timeout: number, signal?: AbortSignal): Promise<string> {
  const options = { env, timeout, maxBuffer: 64 * 1024 * 1024, ...(signal && { signal }) };
  const { stdout } = await promisify(execFile)('docker', args, options);
  return stdout.trim();
}

/** A command of docker compose; cut short by Ctrl-C. */
function compose(args: readonly string[], timeout = MINUTE): Promise<string> {
  const all = ['compose', '-p', PROJECT, '-f', FILE, ...args];
  return docker(all, timeout, interrupted.signal);
}

/** Why it cannot be proved here; undefined where it can. */
async function missing(): Promise<string | undefined> {
  const asked: Readonly<Record<string, readonly string[]>> = {
    'no Docker engine answers': ['version', '--format', '{{.Server.Version}}'],
    'there is no `docker compose`': ['compose', 'version'],
  };
  for (const [reason, args] of Object.entries(asked)) {
    if ((await docker(args, 10_000).catch(() => undefined)) === undefined) return reason;
  }
  return undefined;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function expect(what: string, holds: boolean): void {
  if (!holds) throw new Error(`expected: ${what}`);
  say(`✔ ${what}`);
}

/** How many points InfluxDB has of a pipeline, by Flux over HTTP. */
async function points(measurement: string, field: string, pipeline = 'live-forecast'): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${influx}/api/v2/query?org=foretide`, {
    method: 'POST',
    headers: {
      Authorization: `Token ${TOKEN}`,
      'Content-Type': 'application/vnd.flux',
      Accept: 'application/csv',
    },
    body: `from(bucket: "foretide") |> range(start: 2012-01-01T00:00:00Z)
      |> filter(fn: (r) => r._measurement == "${measurement}" and r._field == "${field}" and r.pipeline == "${pipeline}")
      |> group() |> count()`,
    signal: AbortSignal.timeout(MINUTE),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`InfluxDB answered ${response.status}: ${text}`);
  const [head, row] = text.trim().split(/\r?\n/);
  return Number(row?.split(',')[head!.split(',').indexOf('_value')] ?? 0);
}

async function status(): Promise<RunStatus> {
  const response = await fetch(`http://127.0.0.1:${page}/api/status`, {
    headers: { authorization: `Bearer ${TOKEN}` },
    signal: AbortSignal.timeout(10_000),
  });
  return (await response.json()) as RunStatus;
}

/** Records that the topic has. */
async function published(): Promise<number> {
  return askKafka(async (admin) =>
    (await admin.fetchTopicOffsets('readings')).reduce((sum, { high }) => sum + Number(high), 0),
  );
}

/** Asks Kafka from outside the containers. */
async function askKafka(ask: (admin: Admin) => Promise<number>): Promise<number> {
  const kafka = await kafkaClient(
    KafkaClientSettings.parse({ brokers: [`127.0.0.1:${kafkaPort}`] }),
    silentLog,
  );
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}

/** The committed positions of a pipeline that is stopped, summed: the group's offsets, moved in the same transaction as the state. */
async function committed(): Promise<number> {
  return askKafka(async (admin) => {
    const told = await admin.fetchOffsets({ groupId: 'foretide', topics: ['readings'] });
    return (told[0]?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  });
}

/** Asks again until the answer is wanted, for half a minute; gives the last answer. */
async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadline = performance.now() + MINUTE / 2;
  for (;;) {
    const answer = await ask();
    if (wanted(answer) || performance.now() > deadline) return answer;
    await sleep(500, undefined, { signal: interrupted.signal });
  }
}

async function prove(): Promise<void> {
  await compose(['up', '--wait', '--wait-timeout', '300', '--build'], 20 * MINUTE);
  expect('`docker compose up --wait --build` ends with everything healthy', true);

  const forecasts = () => points('forecast', 'yhat');
  const some = await until(forecasts, (n) => n > 0);
  const more = await until(forecasts, (n) => n > some);
  expect(`forecasts grow in InfluxDB: ${some}, then ${more}`, more > some && some > 0);
  const live = await until(status, ({ series }) => series === 15);
  expect(
    `the page tells of a run that is ${live.state}, of ${live.series} series in ${live.partitions} partitions`,
    live.state === 'running' && live.series === 15 && live.partitions === 6,
  );

  const odd = await until(
    () => points('alert', 'score', 'anomaly-alerts'),
    (n) => n > 0,
  );
  expect(`alerts come to InfluxDB, too: ${odd} turns`, odd > 0);
  for (const port of [page, alertsPage]) {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const readings = Number(/^foretide_readings_total (\d+)$/m.exec(text)?.[1]);
    expect(`/metrics at the port ${port} tells of ${readings} readings`, readings > 0);
  }

  const begin = performance.now();
  await compose(['stop', 'live-forecast']);
  const seconds = (performance.now() - begin) / 1000;
  const container = await compose(['ps', '-a', '-q', 'live-forecast']);
  const code = await docker(['inspect', '-f', '{{.State.ExitCode}}', container], 10_000);
  expect(`stopped in ${seconds.toFixed(1)} s with ${code}`, seconds < 10 && code === '0');
  const [position, stored] = [await committed(), await points('reading', 'value')];
  expect(`what was committed is what was written: ${position}, ${stored}`, position === stored && stored > 0);

  await compose(['start', 'live-forecast']);
  const resumed = await until(
    () => points('reading', 'value'),
    (n) => n > stored,
  );
  expect(`started again it goes on: ${stored} readings, then ${resumed}`, resumed > stored);

  await compose(['stop', 'sensors']);
  const all = await published();
  const arrived = await until(
    () => points('reading', 'value'),
    (n) => n === all,
  );
  expect(`all that was published has arrived: ${all}, ${arrived}`, arrived === all);
  const dead = JSON.stringify((await status()).deadLetters);
  expect(`nothing came twice or was set aside: ${dead}`, dead === '{}');
}

const reason = await missing();
if (reason !== undefined) {
  say(
    `SKIPPED: the proof of docker-compose.yml: ${reason}. Install Docker with its compose plugin, or start it.`,
  );
} else {
  try {
    await prove();
  } catch (error) {
    process.exitCode = 1;
    const { message, stderr = '' } = error as Error & { stderr?: string };
    say(`✖ ${message}\n${stderr.slice(-4000)}`);
    if (!interrupted.signal.aborted) say(await compose(['logs', '--tail', '30']).catch(String));
  } finally {
    const args = ['compose', '-p', PROJECT, '-f', FILE, 'down', '-v', '--rmi', 'local', '-t', '5'];
    await docker(args, 2 * MINUTE).catch((error: unknown) => {
      process.exitCode = 1;
      say(`✖ ${String(error)}`);
    });
  }
}
