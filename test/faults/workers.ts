import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, startServer } from '../services/server-process.ts';

const BIN = fileURLToPath(new URL('../../src/cli/bin.mjs', import.meta.url));
const HOOK = new URL('bug-hook.ts', import.meta.url).href;

/** What all workers of a round are started with. */
export interface WorkerParts {
  /** Folder of their logs. */
  readonly dir: string;
  /** YAML file of their settings. */
  readonly config: string;
  readonly env: NodeJS.ProcessEnv;
  /** A bug of `bugs.ts` that is put into their sources. */
  readonly bug?: string | undefined;
  /** Words before the command, e.g. of a shell that sets limits. */
  readonly prefix?: readonly string[];
}

/** Errors after which starting again may help: what they need was away. A worker that ends with any other has given up for good. */
const PASSING = /\[(?:KAFKA_UNREACHABLE|KAFKA_CRASHED|KAFKA_STALLED|STORE_UNSETTLED|INFLUX_UNREACHABLE)\]/;

/** What puts a bug into the sources that a process loads: words after `node`, and variables. */
export function hookOf(bug: string | undefined): {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
} {
  return bug === undefined ? { args: [], env: {} } : { args: ['--import', HOOK], env: { SEEDED_BUG: bug } };
}

/** One process of `foretide run`, in a process group of its own. */
export class Worker {
  readonly pid: number;
  readonly log: string;
  readonly #server: ServerProcess;
  /** undefined while it runs. */
  #code: number | null | undefined;
  isStopped = false;

  private constructor(server: ServerProcess, log: string) {
    this.#server = server;
    this.pid = server.pid;
    this.log = log;
    void this.#watch();
  }

  static async start(
    { dir, config, env, bug, prefix = [] }: WorkerParts,
    name: string,
    more: readonly string[] = [],
  ): Promise<Worker> {
    const log = join(dir, `${name}.log`);
    const hook = hookOf(bug);
    const [command, ...args] = [
      ...prefix,
      process.execPath,
      ...hook.args,
      BIN,
      'run',
      'live-forecast',
      '--config',
      config,
      '--log-level',
      'debug',
      ...more,
    ];
    const server = await startServer({
      command: command!,
      args,
      cwd: dir,
      log,
      ready: () => true,
      env: { ...env, ...hook.env },
    });
    return new Worker(server, log);
  }

  async #watch(): Promise<void> {
    this.#code = await this.#server.ended;
  }

  /** Its exit code; null after a signal, undefined while it runs. */
  get code(): number | null | undefined {
    return this.#code;
  }

  get ended(): Promise<number | null> {
    return this.#server.ended;
  }

  get isRunning(): boolean {
    return this.#code === undefined;
  }

  /** kill -9. */
  kill(): Promise<void> {
    return this.#server.kill();
  }

  /** SIGTERM; resolves to whether it ended by itself in time. */
  async stop(): Promise<boolean> {
    await this.#server.stop();
    return (await this.#server.ended) !== null;
  }

  /** SIGSTOP or SIGCONT. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.isRunning) return;
    this.isStopped = signal === 'SIGSTOP';
    process.kill(-this.pid, signal);
  }

  /** Everything that it has said. */
  said(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** What it said when it ended, where starting again does not help; undefined where it does. */
  hopeless(): string | undefined {
    const text = this.said().trimEnd();
    const told = text.slice(text.lastIndexOf('✖'));
    return text.includes('✖') && PASSING.test(told) ? undefined : told.slice(-2000);
  }

  /** Memory that it takes, bytes; undefined where the system does not tell. */
  rss(): number | undefined {
    try {
      const told = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'));
      return told ? Number(told[1]) * 1024 : undefined;
    } catch {
      return undefined;
    }
  }
}
