import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { influxAccount } from './influxdb-account.ts';
import type { InfluxService } from './influxdb.ts';
import { startInfluxDB } from './native-influxdb.ts';
import type { Way } from './way.ts';

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(name === 'INFLUX_URL' ? 'not set' : `${name} is not set`);
  return value;
}

const environment: Way<InfluxService> = {
  name: 'INFLUX_URL',
  async start() {
    const service = {
      url: variable('INFLUX_URL'),
      token: variable('INFLUX_TOKEN'),
      org: variable('INFLUX_ORG'),
      bucket: variable('INFLUX_BUCKET'),
    };
    return { service, stop: async () => {} };
  },
};

/** A container of influxdb:2.x, which answers on its port only once it has been set up. */
const docker: Way<InfluxService> = {
  name: 'Docker',
  async start() {
    const { dockerHost } = await import('./docker-engine.ts');
    const host = await dockerHost();
    const { GenericContainer, Wait } = await import('testcontainers');
    const { username, password, org, bucket, token } = influxAccount;
    const container = await new GenericContainer(process.env['INFLUXDB_IMAGE'] || 'influxdb:2.7')
      .withExposedPorts(8086)
      .withEnvironment({
        DOCKER_INFLUXDB_INIT_MODE: 'setup',
        DOCKER_INFLUXDB_INIT_USERNAME: username,
        DOCKER_INFLUXDB_INIT_PASSWORD: password,
        DOCKER_INFLUXDB_INIT_ORG: org,
        DOCKER_INFLUXDB_INIT_BUCKET: bucket,
        DOCKER_INFLUXDB_INIT_ADMIN_TOKEN: token,
      })
      .withWaitStrategy(Wait.forHttp('/health', 8086).forStatusCode(200))
      .withStartupTimeout(120_000)
      .start();
    const url = `http://${host}:${container.getMappedPort(8086)}`;
    return { service: { url, org, bucket, token }, stop: async () => void (await container.stop()) };
  },
};

const native: Way<InfluxService> = {
  name: 'a process of this machine',
  async start() {
    const dir = await mkdtemp(join(tmpdir(), 'foretide-influxdb-'));
    const clean = () => rm(dir, { recursive: true, force: true });
    try {
      const { url, org, bucket, token, kill } = await startInfluxDB({ dir });
      return { service: { url, org, bucket, token }, stop: () => kill().then(clean) };
    } catch (error) {
      await clean();
      throw error;
    }
  },
};

/** The ways to an InfluxDB for the tests, best first. */
export const influxWays: readonly Way<InfluxService>[] = [environment, docker, native];
