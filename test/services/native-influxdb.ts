import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { influxAccount } from './influxdb-account.ts';
import type { InfluxService } from './influxdb.ts';
import { keptPort } from './kept-port.ts';
import { startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

/** An InfluxDB 2 that runs as a process of this machine. */
export interface NativeInfluxDB extends ServerProcess, InfluxService {}

/**
 * Starts `influxd` (the one that INFLUXD names, else the one on PATH) on a loopback port, with its data and `influxd.log` in
 * `dir`.
 *
 * A new `dir` is set up with `influxAccount`. A used one goes on with its data and, where `port` is left out, on its old port.
 */
export async function startInfluxDB({
  dir,
  port,
  tls,
}: {
  dir: string;
  port?: number;
  /** PEM file with its key and certificate. `url` is then https, and whoever asks must trust it. */
  tls?: string;
}): Promise<NativeInfluxDB> {
  const influxd = await findInfluxd();
  const home = resolve(dir);
  await mkdir(home, { recursive: true });
  const address = `127.0.0.1:${await keptPort(join(home, 'port'), port)}`;
  const url = `${tls === undefined ? 'http' : 'https'}://${address}`;
  const files = { bolt: 'influxd.bolt', sqlite: 'influxd.sqlite', engine: 'engine' };
  const paths = Object.entries(files).flatMap(([what, name]) => [`--${what}-path`, join(home, name)]);
  const secure = tls === undefined ? [] : ['--tls-cert', tls, '--tls-key', tls];
  const server = await startServer({
    command: influxd,
    args: ['--http-bind-address', address, ...paths, '--reporting-disabled', ...secure],
    cwd: home,
    log: join(home, 'influxd.log'),
    ready: () =>
      fetch(`${url}/health`).then(
        (response) => response.ok,
        () => false,
      ),
  });
  try {
    await setUp(url);
  } catch (error) {
    await server.kill();
    throw error;
  }
  const { org, bucket, token } = influxAccount;
  return { ...server, url, org, bucket, token };
}

/** The server, for tests that need one of their own; where there is no influxd the test is skipped, except in CI. */
export async function orSkip(
  server: Promise<NativeInfluxDB>,
  skip: (why: string) => never,
): Promise<NativeInfluxDB> {
  return server.catch((error: unknown) => {
    const absent = error instanceof Error && error.message.startsWith('no influxd');
    if (absent && !process.env['CI']) skip('this machine has no influxd of its own');
    throw error;
  });
}

async function findInfluxd(): Promise<string> {
  const influxd = process.env['INFLUXD'] || 'influxd';
  const said = await promisify(execFile)(influxd, ['version']).catch(() => {
    throw new Error(`no influxd (${influxd})`);
  });
  if (!/InfluxDB v?2\./.test(said.stdout))
    throw new Error(`${influxd} is not InfluxDB 2: ${said.stdout.trim()}`);
  return influxd;
}

/** Makes the first user, organisation, bucket and token; does nothing on a server that has them. */
async function setUp(url: string): Promise<void> {
  const asked = await fetch(`${url}/api/v2/setup`);
  const { allowed } = z.object({ allowed: z.boolean() }).parse(await asked.json());
  if (!allowed) return;
  const { username, password, org, bucket, token } = influxAccount;
  const answer = await fetch(`${url}/api/v2/setup`, {
    method: 'POST',
    body: JSON.stringify({ username, password, org, bucket, token, retentionPeriodSeconds: 0 }),
  });
  if (!answer.ok) throw new Error(`influxd refused its set-up: ${answer.status} ${await answer.text()}`);
}
