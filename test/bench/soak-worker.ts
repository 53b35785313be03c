import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { InfluxService } from '../services/influxdb.ts';
import { freePort } from '../services/free-port.ts';
import { type ServerProcess, startServer } from '../services/server-process.ts';
import { runSample } from './soak-samples.ts';

/** Where a worker reads and writes. */
export interface SoakJob {
  /** Its working folder. */
  readonly dir: string;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly influxdb: InfluxService;
  readonly bucket: string;
}

const BIN = fileURLToPath(new URL('../../src/cli/bin.mjs', import.meta.url));
const LOOK_EVERY = 500;
const WATCH = 60_000;

/** The product as its command line runs it, in a process of its own: with its page, and killed and started again on the same port. */
export class SoakWorker {
  readonly url: string;
  readonly #job: SoakJob;
  readonly #config: string;
  #server: ServerProcess | undefined;
  /** How often it was started. */
  life = 0;

  private constructor(job: SoakJob, port: number) {
    this.#job = job;
    this.url = `http://127.0.0.1:${port}`;
    this.#config = join(job.dir, 'soak.yaml');
    writeFileSync(this.#config, stringify(settingsOf(job, port)));
  }

  static async start(job: SoakJob): Promise<SoakWorker> {
    const worker = new SoakWorker(job, await freePort());
    await worker.restart();
    return worker;
  }

  /** undefined while it does not run. */
  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** Starts it where it does not run. */
  async restart(): Promise<void> {
    if (this.#server) return;
    this.life += 1;
    const server = await startServer({
      command: process.execPath,
      args: [BIN, 'run', 'live-forecast', '--config', this.#config],
      cwd: this.#job.dir,
      log: join(this.#job.dir, `worker-${this.life}.log`),
      ready: () => true,
      env: { ...process.env, INFLUX_TOKEN: this.#job.influxdb.token },
    });
    this.#server = server;
    void this.#forget(server);
  }

  /** Once it has ended. */
  async #forget(server: ServerProcess): Promise<void> {
    await server.ended;
    if (this.#server === server) this.#server = undefined;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.kill();
  }

  /** SIGTERM, as an operator ends it. @throws Error where that does not end with 0 */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.stop();
    const code = await server?.ended;
    if (code !== 0) throw new Error(`After SIGTERM the worker ended with ${String(code)}`);
  }

  /** Looks at its page as people do: one at a time, each for a minute. Resolves when that is over. */
  async watch(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const signal = AbortSignal.any([over, AbortSignal.timeout(WATCH)]);
      try {
        const { body } = await fetch(`${this.url}/api/live?series=s0000`, { signal });
        for await (const _ of body!) continue;
      } catch {
        // it is over, or the worker is away
      }
      await sleep(LOOK_EVERY);
    }
  }

  /** Waits until it has committed so many records; what it has committed when the time is over. */
  async until(committed: number, patience: number): Promise<number> {
    const deadline = performance.now() + patience;
    for (;;) {
      const told = (await runSample(this.url))?.committed ?? 0;
      if (told >= committed || performance.now() > deadline) return told;
      await sleep(LOOK_EVERY);
    }
  }
}

function settingsOf({ brokers, topic, group, influxdb, bucket }: SoakJob, port: number): object {
  const { url, org } = influxdb;
  return {
    input: { kind: 'kafka', brokers, topic, group, decode: { format: 'json', values: ['value'] } },
    output: { kind: 'influxdb', url, org, bucket },
    model: { hidden: 64 },
    series: { evictAfter: '10m' },
    page: { port },
  };
}
