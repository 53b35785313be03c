import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import type { Crew } from './crew.ts';
import type { Influx } from './influx.ts';
import { type Proxy, type Trouble, TROUBLES } from './proxy.ts';
import type { Worker } from './workers.ts';

/** What happens to the workers themselves. */
export const TO_WORKERS = ['kill', 'restore', 'zombie', 'storm'] as const;
/** What happens to what they need. */
export const TO_SERVERS = ['broker', 'influxdb', ...TROUBLES] as const;

/**
 * Kinds of faults:
 *
 * - `kill`: kill -9 of a worker at a random moment
 * - `restore`: kill -9 of a worker that has just been given partitions and is reading their state
 * - `zombie`: a worker is stopped until others have its partitions, and then goes on
 * - `storm`: workers come and go, so that the group shares out anew several times
 * - `broker`: kill -9 of a broker, and its return
 * - `influxdb`: kill -9 of InfluxDB, and its return after 5 to 60 s
 * - the troubles of `proxy.ts`, before InfluxDB
 */
export type Kind = (typeof TO_WORKERS)[number] | (typeof TO_SERVERS)[number];

/** What faults are made of. */
export interface Field {
  readonly cluster: Cluster;
  readonly crew: Crew;
  readonly influx: Influx | undefined;
  readonly proxy: Proxy | undefined;
  readonly random: () => number;
  readonly say: (line: string) => void;
  /** How long InfluxDB is away, ms; default: 5 to 60 s. */
  readonly outage?: number | undefined;
}

/** ms */
const SECOND = 1000;
/** The session timeout of the workers, s; kafkajs's least. */
export const SESSION = 6;
/** Longest that it is waited for a write to meet trouble, s. */
const MOST_TROUBLE = 30;
/** How long it is waited for a worker to get that far, ms. */
const PATIENCE = 120 * SECOND;

/** Makes a fault and waits until its cause is gone; resolves to whether it has hit anything. */
export async function inject(kind: Kind, field: Field): Promise<boolean> {
  switch (kind) {
    case 'kill':
      return kill(field);
    case 'restore':
      return killInRestore(field);
    case 'zombie':
      return zombie(field);
    case 'storm':
      return storm(field);
    case 'broker':
      return broker(field);
    case 'influxdb':
      return influxdb(field);
    default:
      return trouble(kind, field);
  }
}

async function kill(field: Field): Promise<boolean> {
  const worker = await someone(field);
  if (!worker) return false;
  await field.crew.kill(worker);
  return true;
}

/** Brings a worker into the group and kills it when it has joined, before all of its partitions are open. */
async function killInRestore({ crew, random }: Field): Promise<boolean> {
  const worker = await crew.extra();
  try {
    const joined = await until(worker, 'Consumer has joined the group');
    if (!joined) return false;
    await sleep(random() * 300);
    const said = worker.said();
    return !said.includes('Partitions opened') && worker.isRunning;
  } finally {
    await worker.kill();
  }
}

async function zombie(field: Field): Promise<boolean> {
  const worker = await someone(field);
  if (!worker) return false;
  worker.signal('SIGSTOP');
  await sleep((SESSION + 2 + field.random() * 8) * SECOND);
  worker.signal('SIGCONT');
  await sleep(2 * SECOND);
  return true;
}

async function storm({ crew, random }: Field): Promise<boolean> {
  const waves = 3 + Math.floor(random() * 3);
  let joined = 0;
  for (let i = 0; i < waves; i++) {
    const worker = await crew.extra();
    try {
      if (await until(worker, 'Consumer has joined the group')) joined += 1;
      await sleep(random() * SECOND);
      await worker.stop();
    } finally {
      await worker.kill();
    }
  }
  return joined > 1;
}

function broker({ cluster, random }: Field): Promise<boolean> {
  return cluster.alone(async () => {
    await cluster.whole();
    const index = Math.floor(random() * cluster.size);
    await cluster.kill(index);
    await sleep((2 + random() * 13) * SECOND);
    await cluster.restart(index);
    await cluster.whole();
    return true;
  });
}

async function influxdb({ influx, random, outage }: Field): Promise<boolean> {
  if (!influx) return false;
  await influx.kill();
  await sleep(outage ?? away(random));
  await influx.restart();
  return true;
}

async function trouble(kind: Trouble, { proxy, random, outage }: Field): Promise<boolean> {
  if (!proxy) return false;
  const before = proxy.met[kind];
  proxy.make(kind);
  await sleep(kind === 'away' ? (outage ?? away(random)) : (2 + random() * 4) * SECOND);
  // the workers may be busy with something else
  for (let seconds = 0; seconds < MOST_TROUBLE && proxy.met[kind] === before; seconds++) await sleep(SECOND);
  proxy.make(undefined);
  return proxy.met[kind] > before;
}

/** 5 to 60 s, mostly short. */
function away(random: () => number): number {
  return (5 + 55 * random() ** 3) * SECOND;
}

/** A worker that has partitions; waits until there is one. @throws what the crew has found meanwhile */
async function someone({ crew, random }: Field): Promise<Worker | undefined> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    crew.check();
    const { working } = crew;
    if (working.length > 0) return working[Math.floor(random() * working.length)];
    await sleep(100);
  }
  return undefined;
}

async function until(worker: Worker, message: string): Promise<boolean> {
  const deadline = performance.now() + PATIENCE;
  while (worker.isRunning && performance.now() < deadline) {
    if (worker.said().includes(message)) return true;
    await sleep(20);
  }
  return false;
}
