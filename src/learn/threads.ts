import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { blockOf, Kernel } from '../cell/kernel.ts';
import { ForetideError } from '../errors.ts';
import { FOREMAN, type ForemanData } from './foreman.ts';
import type { Shard, ShardSettings } from './shard.ts';
import { workOnShards } from './shard-work.ts';
import { type Job, SharedWork } from './shared-work.ts';

/** What the threads need to know. */
export interface ThreadSettings extends ShardSettings {
  readonly batch: number;
  readonly threads: number;
}

/** This thread and its helpers: a batch goes in, the sum of its shards' gradients comes out in this thread's network. */
export class Threads {
  readonly #shard: Shard;
  readonly #work: SharedWork;
  readonly #helpers: number;
  readonly #foreman: Worker | undefined;
  /** Where the foreman says which helper has failed, and how. */
  readonly #reports: MessagePort | undefined;
  /** The most samples of a shard. */
  readonly #size: number;
  /** Byte offset of room for the gradients of any one part. */
  readonly #scratch: number;
  #published = -1;
  #changes = 0;
  /** What became of the foreman itself, where anything did. */
  #foremanFailed = 'no word of it';

  constructor(shard: Shard, settings: ThreadSettings) {
    const { batch, size, threads, shape } = settings;
    this.#shard = shard;
    this.#size = size;
    this.#scratch = shard.arena.take(blockOf(Math.max(...shard.network.parts.map((part) => part.count)) * 4));
    const count = shard.network.parts.reduce((sum, part) => sum + part.count, 0);
    const shards = Math.ceil(batch / size);
    // at least 8 bytes, of which an array may want fewer: what divides by its length wants the number itself
    const block = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(Math.max(8, bytes));
    const floats = (length: number): Float32Array => new Float32Array(block(length * 4), 0, length);
    const blocks = {
      control: new Int32Array(block(8 * 4)),
      numbers: new Float64Array(block(2 * 8)),
      starts: new Int32Array(block(batch * 4), 0, batch),
      parameters: floats(count),
      gradients: floats(shards * count),
      losses: new Float64Array(block(shards * 8)),
      outputs: floats(batch * shape.scored * shard.outputs),
    };
    this.#work = new SharedWork(blocks, size);
    this.#helpers = Math.min(threads, shards) - 1;
    if (this.#helpers === 0) return;
    const { port1, port2 } = new MessageChannel();
    const workerData: ForemanData = {
      foretide: 'foreman',
      helpers: this.#helpers,
      work: { foretide: 'shards', settings: shareable(settings), blocks },
      reports: port2,
    };
    this.#reports = port1;
    this.#foreman = new Worker(FOREMAN, { workerData, transferList: [port2] });
    this.#foreman.unref();
    this.#foreman.on('error', (error) => {
      this.#foremanFailed = String(error);
      this.#work.fail();
    });
  }

  /** The network's parameters are not those that the helpers know. */
  parametersChanged(): void {
    this.#changes++;
  }

  /**
   * Gradients of a batch, summed, into the network of this thread. Returns the sum of the loss's terms.
   *
   * @throws ForetideError TRAINING_FAILED where a helper has failed, soon after it has
   */
  train(starts: Int32Array, update: number, scale: number): number {
    if (this.#helpers === 0 && starts.length <= this.#size) {
      return this.#shard.train(starts, 0, update, scale); // one shard, whose gradients are where they should be
    }
    const shards = this.#run(starts, { training: true, samples: starts.length, update, scale });
    this.#gather(shards);
    return this.#sum(shards);
  }

  /**
   * Outputs of a batch, and the sum of the loss's terms.
   *
   * @throws as `train`
   */
  evaluate(starts: Int32Array): { sum: number; outputs: Float32Array } {
    const shards = this.#run(starts, { training: false, samples: starts.length, update: 0, scale: 1 });
    const { outputs, starts: room } = this.#work.blocks;
    return {
      sum: this.#sum(shards),
      outputs: outputs.subarray(0, (outputs.length / room.length) * starts.length),
    };
  }

  async close(): Promise<void> {
    this.#reports?.close();
    await this.#foreman?.terminate();
  }

  #run(starts: Int32Array, job: Job): number {
    this.#work.blocks.starts.set(starts);
    if (this.#helpers > 0) this.#publishParameters();
    const shards = this.#work.publish(job);
    workOnShards(this.#shard, this.#work, () => undefined);
    if (!this.#work.waitForAll()) throw this.#failure();
    return shards;
  }

  #failure(): ForetideError {
    const report = this.#reports && receiveMessageOnPort(this.#reports);
    return new ForetideError('TRAINING_FAILED', {
      what: 'A training thread has failed',
      got: report ? String(report.message) : this.#foremanFailed,
      todo: 'Go on from the last checkpoint; fewer threads need less memory, and one thread needs no helper.',
      canRetry: true,
    });
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
