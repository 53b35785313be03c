import type { ShardSettings } from './shard.ts';

/** Places in `control`. Tickets count up without end; a job is the tickets from BEGIN up to END, one a shard. */
const [NEXT, BEGIN, END, DONE, TRAINING, SAMPLES, VERSION, FAILED] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Memory that all threads of a training share: what is to be done, and what came of it. Plain data, so that it can be posted. */
export interface SharedBlocks {
  readonly control: Int32Array;
  /** Update number, scale. */
  readonly numbers: Float64Array;
  /** First row of each sample of the batch. */
  readonly starts: Int32Array;
  /** Of all parts, in the kernel's order. */
  readonly parameters: Float32Array;
  /** [shards][parameters] */
  readonly gradients: Float32Array;
  /** [shards] sums of terms. */
  readonly losses: Float64Array;
  /** [batch][scored × O] */
  readonly outputs: Float32Array;
}

/** One job: a batch, cut into shards. */
export interface Job {
  readonly training: boolean;
  readonly samples: number;
  readonly update: number;
  readonly scale: number;
}

/** What a worker thread is started with. */
export interface WorkerData {
  readonly foretide: 'shards';
  readonly settings: ShardSettings;
  readonly blocks: SharedBlocks;
}

/**
 * Hands the shards of a job to whichever thread comes first. What a thread computes depends on the shard alone and goes to the
 * shard's own place, so who came first leaves no trace.
 */
export class SharedWork {
  readonly blocks: SharedBlocks;
  readonly #size: number;

  constructor(blocks: SharedBlocks, size: number) {
    this.blocks = blocks;
    this.#size = size;
  }

  /** Counts up with every change of the parameters. */
  get version(): number {
    return Atomics.load(this.blocks.control, VERSION);
  }

  set version(value: number) {
    Atomics.store(this.blocks.control, VERSION, value);
  }

  get job(): Job {
    const { control, numbers } = this.blocks;
    return {
      training: control[TRAINING] === 1,
      samples: control[SAMPLES]!,
      update: numbers[0]!,
      scale: numbers[1]!,
    };
  }

  /** Puts a job up and wakes the threads. The one before must be done. Returns its number of shards. */
  publish({ training, samples, update, scale }: Job): number {
    const { control, numbers } = this.blocks;
    const shards = Math.ceil(samples / this.#size);
    control[TRAINING] = Number(training);
    control[SAMPLES] = samples;
    numbers.set([update, scale]);
    const begin = control[END]!;
    control[BEGIN] = begin;
    Atomics.store(control, END, (begin + shards) | 0);
    Atomics.notify(control, END);
    return shards;
  }

  /** Takes a shard of the job; undefined when all are taken. */
  take(): number | undefined {
    const { control } = this.blocks;
    for (;;) {
      const ticket = Atomics.load(control, NEXT);
      if (ticket === Atomics.load(control, END)) return undefined;
      if (Atomics.compareExchange(control, NEXT, ticket, (ticket + 1) | 0) === ticket) {
        return (ticket - control[BEGIN]!) | 0;
      }
    }
  }

  /** Starts of a shard's samples, and the number of the first in the batch. */
  samplesOf(shard: number): { first: number; starts: Int32Array } {
    const first = shard * this.#size;
    const end = Math.min(first + this.#size, this.blocks.control[SAMPLES]!);
    return { first, starts: this.blocks.starts.subarray(first, end) };
  }

  /** A taken shard is done. */
  finish(): void {
    Atomics.add(this.blocks.control, DONE, 1);
    Atomics.notify(this.blocks.control, DONE);
  }

  /** A thread is gone, perhaps with a shard that it had taken: nobody may wait for that. */
  fail(): void {
    Atomics.store(this.blocks.control, FAILED, 1);
    this.finish(); // the count moves, so that a wait which is just beginning does not begin
  }

  /** Sleeps until there may be something to take. */
  sleep(): void {
    const end = Atomics.load(this.blocks.control, END);
    if (Atomics.load(this.blocks.control, NEXT) === end) Atomics.wait(this.blocks.control, END, end);
  }

  /** Waits until every shard of the job is done; false where a thread has failed. */
  waitForAll(): boolean {
    const { control } = this.blocks;
    for (;;) {
      const done = Atomics.load(control, DONE);
      if (Atomics.load(control, FAILED) === 1) return false;
      if (done === Atomics.load(control, END)) return true;
      Atomics.wait(control, DONE, done);
    }
  }
}
