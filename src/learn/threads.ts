import { Worker } from 'node:worker_threads';
import { blockOf, Kernel } from '../cell/kernel.ts';
import type { Shard, ShardSettings } from './shard.ts';
import { workOnShards } from './shard-work.ts';
import { SHARD_WORKER } from './shard-worker.ts';
import { type Job, SharedWork, type WorkerData } from './shared-work.ts';

/** What the threads need to know. */
export interface ThreadSettings extends ShardSettings {
  readonly batch: number;
  readonly threads: number;
}

/** This thread and its helpers: a batch goes in, the sum of its shards' gradients comes out in this thread's network. */
export class Threads {
  readonly #shard: Shard;
  readonly #work: SharedWork;
  readonly #workers: readonly Worker[];
  /** The most samples of a shard. */
  readonly #size: number;
  /** Byte offset of room for the gradients of any one part. */
  readonly #scratch: number;
  #published = -1;
  #changes = 0;
  #failure: Error | undefined;

  constructor(shard: Shard, settings: ThreadSettings) {
    const { batch, size, threads, shape } = settings;
    this.#shard = shard;
    this.#size = size;
    this.#scratch = shard.arena.take(blockOf(Math.max(...shard.network.parts.map((part) => part.count)) * 4));
    const count = shard.network.parts.reduce((sum, part) => sum + part.count, 0);
    const shards = Math.ceil(batch / size);
    const block = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(Math.max(8, bytes));
    const blocks = {
      control: new Int32Array(block(8 * 4)),
      numbers: new Float64Array(block(2 * 8)),
      starts: new Int32Array(block(batch * 4)),
      parameters: new Float32Array(block(count * 4)),
      gradients: new Float32Array(block(shards * count * 4)),
      losses: new Float64Array(block(shards * 8)),
      outputs: new Float32Array(block(batch * shape.scored * shard.outputs * 4)),
    };
    this.#work = new SharedWork(blocks, size);
    const helpers = Math.min(threads, shards) - 1;
    const data: WorkerData = {
      foretide: 'shards',
      settings: helpers > 0 ? shareable(settings) : settings,
      blocks,
    };
    this.#workers = Array.from({ length: helpers }, () => {
      const worker = new Worker(SHARD_WORKER, { workerData: data });
      worker.unref();
      worker.on('error', (error) => {
        this.#failure = error;
      });
      return worker;
    });
  }

  /** The network's parameters are not those that the helpers know. */
  parametersChanged(): void {
    this.#changes++;
  }

  /** Gradients of a batch, summed, into the network of this thread. Returns the sum of the loss's terms. */
  train(starts: Int32Array, update: number, scale: number): number {
    if (this.#workers.length === 0 && starts.length <= this.#size) {
      return this.#shard.train(starts, 0, update, scale); // one shard, whose gradients are where they should be
    }
    const shards = this.#run(starts, { training: true, samples: starts.length, update, scale });
    this.#gather(shards);
    return this.#sum(shards);
  }

  /** Outputs of a batch, and the sum of the loss's terms. */
  evaluate(starts: Int32Array): { sum: number; outputs: Float32Array } {
    const shards = this.#run(starts, { training: false, samples: starts.length, update: 0, scale: 1 });
    const { outputs, starts: room } = this.#work.blocks;
    return {
      sum: this.#sum(shards),
      outputs: outputs.subarray(0, (outputs.length / room.length) * starts.length),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #run(starts: Int32Array, job: Job): number {
    this.#work.blocks.starts.set(starts);
    if (this.#workers.length > 0) this.#publishParameters();
    const shards = this.#work.publish(job);
    workOnShards(this.#shard, this.#work, () => undefined);
    try {
      this.#work.waitForAll();
    } catch (error) {
      throw this.#failure ?? error;
    }
    return shards;
  }

  #publishParameters(): void {
    if (this.#published === this.#changes) return;
    this.#published = this.#changes;
    const { f32 } = this.#shard.arena.view();
    let at = 0;
    for (const { parameters, count } of this.#shard.network.parts) {
      this.#work.blocks.parameters.set(f32.subarray(parameters / 4, parameters / 4 + count), at);
      at += count;
    }
    this.#work.version++;
  }

  /** The shards' gradients, one after the other, from the first on. */
  #gather(shards: number): void {
    const { arena, network } = this.#shard;
    const { f32 } = arena.view();
    const { gradients: all } = this.#work.blocks;
    const { exports } = Kernel.of(arena);
    let at = 0;
    const whole = network.parts.reduce((sum, { count }) => sum + count, 0);
    for (const { gradients, count } of network.parts) {
      f32.set(all.subarray(at, at + count), gradients / 4);
      for (let shard = 1; shard < shards; shard++) {
        const from = shard * whole + at;
        f32.set(all.subarray(from, from + count), this.#scratch / 4);
        exports.add(gradients, this.#scratch, count);
      }
      at += count;
    }
  }

  #sum(shards: number): number {
    let sum = 0;
    for (let shard = 0; shard < shards; shard++) sum += this.#work.blocks.losses[shard]!;
    return sum;
  }
}

/** The same settings, with rows that threads need not copy. */
function shareable(settings: ThreadSettings): ShardSettings {
  const { shape, weights, loss, size, dropout, seed, rows } = settings;
  const shared = (numbers: Float32Array): Float32Array => {
    if (numbers.buffer instanceof SharedArrayBuffer) return numbers;
    const copy = new Float32Array(new SharedArrayBuffer(numbers.byteLength));
    copy.set(numbers);
    return copy;
  };
  return {
    shape,
    weights,
    loss,
    size,
    dropout,
    seed,
    rows: { ...rows, inputs: shared(rows.inputs), targets: shared(rows.targets) },
  };
}
