import { setTimeout as sleep } from 'node:timers/promises';
import { Violation } from './violation.ts';
import { Worker, type WorkerParts } from './workers.ts';

/** The most memory that a worker may take, bytes: a process of Node with a kernel and six partitions takes about 200 MB. */
export const MOST_RSS = 700 * 1024 * 1024;
const TEND_EVERY = 300;

/** Keeps a number of workers up, as a supervisor does, and looks after what they say and take. */
export class Crew {
  readonly #parts: WorkerParts;
  readonly #size: number;
  readonly #say: (line: string) => void;
  readonly #workers = new Set<Worker>();
  #number = 0;
  #tending: Promise<void> | undefined;
  #isOver = false;
  #failure: unknown;
  /** The most memory that any of them has taken, bytes. */
  peak = 0;
  /** How often one ended by itself, was not asked to, and was started again. */
  restarts = 0;

  constructor(parts: WorkerParts, size: number, say: (line: string) => void) {
    this.#parts = parts;
    this.#size = size;
    this.#say = say;
  }

  start(): void {
    this.#tending = this.#tend().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** @throws Violation where one has given up for good or takes too much memory */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Those that run and are not stopped by SIGSTOP. */
  get active(): readonly Worker[] {
    return [...this.#workers].filter(({ isRunning, isStopped }) => isRunning && !isStopped);
  }

  /** Those that have partitions, as they have said. */
  get working(): readonly Worker[] {
    return this.active.filter((worker) => worker.said().includes('Partitions opened'));
  }

  /** One more than there are to be; whoever asks for it ends it. */
  async extra(): Promise<Worker> {
    return Worker.start(this.#parts, `worker-${++this.#number}`);
  }

  /** kill -9; another one takes its place. */
  async kill(worker: Worker): Promise<void> {
    this.#workers.delete(worker);
    await worker.kill();
  }

  /** Ends all of them as an operator would. @throws Violation */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#tending;
    const workers = [...this.#workers];
    for (const worker of workers) worker.signal('SIGCONT');
    const orderly = await Promise.all(workers.map((worker) => worker.stop()));
    this.check();
    const late = workers.find((_, i) => !orderly[i]);
    if (late) throw new Violation('live', `${late.log} did not end in 30 s after SIGTERM`);
    for (const { code, log } of workers)
      if (code !== 0) throw new Violation('live', `after SIGTERM ${log} ended with ${String(code)}`);
  }

  /** Leaves nothing behind, whatever has happened. */
  async killAll(): Promise<void> {
    this.#isOver = true;
    await this.#tending;
    await Promise.all([...this.#workers].map((worker) => worker.kill()));
  }

  async #tend(): Promise<void> {
    while (!this.#isOver) {
      for (const worker of this.#workers) this.#look(worker);
      while (this.#workers.size < this.#size && !this.#isOver)
        this.#workers.add(await Worker.start(this.#parts, `worker-${++this.#number}`));
      await sleep(TEND_EVERY);
    }
  }

  #look(worker: Worker): void {
    const rss = worker.rss() ?? 0;
    this.peak = Math.max(this.peak, rss);
    if (rss > MOST_RSS) throw new Violation('I9', `${worker.log}: ${mib(rss)} of ${mib(MOST_RSS)}`);
    if (worker.isRunning) return;
    this.#workers.delete(worker);
    this.restarts += 1;
    const reason = worker.hopeless();
    if (reason !== undefined)
      throw new Violation('live', `${worker.log} ended with ${String(worker.code)}: ${reason}`);
    this.#say(
      `a worker ended by itself with ${String(worker.code)}: ${worker.said().trim().split('\n').slice(-3).join(' ')}`,
    );
  }
}

/** Bytes as text. */
export function mib(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}
