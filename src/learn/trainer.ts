import { Kernel } from '../cell/kernel.ts';
import { type AdamSettings, adamFactors, clipFactor } from './adam.ts';
import { adamInKernel, dropGradients, squaresOf } from './adam-in-kernel.ts';
import type { NetworkWeights } from './network.ts';
import { rateFactor, type Schedule } from './schedule.ts';
import { Shard, type ShardSettings } from './shard.ts';
import { Threads } from './threads.ts';
import { packState, unpackState } from './trainer-state.ts';

/** How a network is trained. */
export interface TrainerSettings extends ShardSettings {
  /** The most samples of a batch. */
  readonly batch: number;
  readonly adam: AdamSettings;
  readonly schedule: Schedule;
  /** Norm that all gradients together are brought down to; absent: as they are. */
  readonly clip?: number | undefined;
  /** Threads that work on a batch, this one among them. The result does not depend on it. */
  readonly threads: number;
}

/** What an update found. */
export interface Update {
  /** Mean of the loss's terms, before the update. */
  readonly loss: number;
  /** Norm of the gradients before they were clipped. Where it is not finite, the update has changed nothing. */
  readonly norm: number;
}

/**
 * Trains recurrent layers and their head by truncated backpropagation through time and Adam.
 *
 * A batch is cut into shards of `size` samples, in order. Each shard's gradients are summed on their own, then the shards' in order:
 * the bytes that come out depend on `size`, but neither on the number of threads nor on which of them was faster.
 *
 * @example
 * const trainer = new Trainer({ shape, weights, rows, loss: { kind: 'mse' }, … });
 * for (const starts of batches) console.log(trainer.step(starts).loss);
 * const { layers, head } = trainer.weights();
 * await trainer.close();
 */
export class Trainer {
  readonly #settings: TrainerSettings;
  readonly #shard: Shard;
  readonly #threads: Threads;
  #updates = 0;
  /** β1^t and β2^t. */
  #powers: readonly [number, number] = [1, 1];

  constructor(settings: TrainerSettings) {
    this.#settings = settings;
    this.#shard = new Shard(settings);
    this.#threads = new Threads(this.#shard, settings);
  }

  /** Updates made so far. */
  get updates(): number {
    return this.#updates;
  }

  /**
   * One update from one batch; none where no target of it is known.
   *
   * @param starts first row of each sample, at most `batch` of them
   */
  step(starts: Int32Array): Update {
    const terms = this.#shard.countTerms(starts);
    if (terms === 0) return { loss: 0, norm: 0 };
    const sum = this.#threads.train(starts, this.#updates, Math.fround(1 / terms));
    return { loss: sum / terms, norm: this.#update() };
  }

  /**
   * Mean of the loss's terms over samples, without dropout; the parameters stay as they are.
   *
   * @param outputs receives y, [samples][scored × O]
   */
  evaluate(starts: Int32Array, outputs?: Float32Array): number {
    let [sum, terms] = [0, 0];
    for (let from = 0; from < starts.length; from += this.#settings.batch) {
      const part = starts.subarray(from, from + this.#settings.batch);
      terms += this.#shard.countTerms(part);
      const found = this.#threads.evaluate(part);
      sum += found.sum;
      outputs?.set(found.outputs, from * (found.outputs.length / part.length));
    }
    return terms === 0 ? 0 : sum / terms;
  }

  /** The parameters as they are now. */
  weights(): NetworkWeights {
    return this.#shard.network.weights();
  }

  /** All that a training needs to go on elsewhere with the same bytes: parameters, moments, number of updates. */
  save(): Uint8Array {
    return packState(this.#shard.network.parts, { updates: this.#updates, powers: this.#powers });
  }

  /**
   * Goes on from what `save` gave.
   *
   * @throws ForetideError STATE_CORRUPT where the bytes are not such; STATE_MISMATCH where they are of another network.
   */
  restore(bytes: Uint8Array): void {
    const { updates, powers } = unpackState(this.#shard.network.parts, bytes);
    this.#updates = updates;
    this.#powers = powers;
    this.#threads.parametersChanged();
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#threads.close();
  }

  #update(): number {
    const { adam, schedule, clip } = this.#settings;
    const { arena, network } = this.#shard;
    const { exports } = Kernel.of(arena);
    const squares = squaresOf(exports, network.parts);
    const norm = Math.sqrt(squares);
    if (!Number.isFinite(norm)) {
      dropGradients(arena.view().f32, network.parts);
      return norm;
    }
    this.#powers = [this.#powers[0] * adam.beta1, this.#powers[1] * adam.beta2];
    const rate = adam.rate * rateFactor(schedule, this.#updates);
    const k = adamFactors({ ...adam, rate }, ...this.#powers);
    const factor = clip === undefined ? 1 : clipFactor(squares, clip);
    for (const part of network.parts) adamInKernel(exports, part, factor, k);
    this.#updates++;
    this.#threads.parametersChanged();
    return norm;
  }
}
