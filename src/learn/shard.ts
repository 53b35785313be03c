import { Arena } from '../memory/arena.ts';
import { dropout } from './dropout.ts';
import { type LossSettings, lossOf } from './loss.ts';
import { Network, type NetworkShape, type NetworkWeights } from './network.ts';

/** What is learned from: rows in order, X_t [I] and its target [D] each. A sample is a window of T rows, one behind the other. */
export interface TrainingRows {
  readonly inputs: Float32Array;
  /** NaN: not known. */
  readonly targets: Float32Array;
  /** D */
  readonly targetWidth: number;
}

/** What a shard is worked on with. */
export interface ShardSettings {
  readonly shape: NetworkShape;
  readonly weights: NetworkWeights;
  readonly rows: TrainingRows;
  readonly loss: LossSettings;
  /** The most samples of a shard. */
  readonly size: number;
  /** Probability that a number of h is not passed to the layer above, while training. */
  readonly dropout: number;
  readonly seed: number;
}

/** Works on one shard of a batch at a time, in an arena of its own: samples to loss, outputs and gradients. */
export class Shard {
  readonly arena = new Arena();
  readonly network: Network;
  readonly outputs: number;
  readonly #settings: ShardSettings;
  readonly #loss: ReturnType<typeof lossOf>;

  constructor(settings: ShardSettings) {
    this.#settings = settings;
    this.#loss = lossOf(settings.loss);
    this.outputs = this.#loss.outputs(settings.rows.targetWidth);
    this.network = new Network(this.arena, settings.shape, settings.weights, settings.size);
  }

  /**
   * Adds the gradients of these samples.
   *
   * @param starts first row of each sample
   * @param first number of the first of them in its batch
   * @param update number of the update, from 0 on
   * @param scale the loss is scale × the sum of its terms
   * @returns the sum of the terms
   */
  train(starts: Int32Array, first: number, update: number, scale: number): number {
    const { rows, shape, seed, dropout: p } = this.#settings;
    const batch = starts.length;
    this.network.load(rows.inputs, starts);
    const fill = (layer: number, factors: Float32Array): void => {
      const width = factors.length / (shape.steps * this.#settings.size);
      for (let i = 0; i < batch; i++) {
        dropout(p, seed, update, first + i, layer, shape.steps, width, factors, i * width, batch * width);
      }
    };
    this.network.forward(batch, p > 0 ? fill : undefined);
    const sum = this.#terms(starts, scale);
    this.network.backward(batch, p > 0);
    return sum;
  }

  /**
   * The sum of the loss's terms, without dropout.
   *
   * @param outputs receives y, [samples][scored × O] from `at` on
   */
  evaluate(starts: Int32Array, outputs: Float32Array, at: number): number {
    const { scored } = this.#settings.shape;
    const batch = starts.length;
    this.network.load(this.#settings.rows.inputs, starts);
    this.network.forward(batch);
    const { f32 } = this.arena.view();
    const { head } = this.network;
    for (let s = 0; s < scored * batch; s++) {
      const to = at + ((s % batch) * scored + Math.floor(s / batch)) * this.outputs;
      const from = head.y / 4 + s * head.stride;
      for (let j = 0; j < this.outputs; j++) outputs[to + j] = f32[from + j]!;
    }
    return this.#terms(starts, 1);
  }

  /** Known terms of the loss of these samples. */
  countTerms(starts: Int32Array): number {
    const { rows, shape } = this.#settings;
    const D = rows.targetWidth;
    let known = 0;
    for (const start of starts) {
      const end = (start + shape.steps) * D;
      for (let i = end - shape.scored * D; i < end; i++) if (!Number.isNaN(rows.targets[i]!)) known++;
    }
    return known * this.#loss.terms;
  }

  #terms(starts: Int32Array, scale: number): number {
    const { rows, shape } = this.#settings;
    const { f32 } = this.arena.view();
    const { head } = this.network;
    const batch = starts.length;
    const D = rows.targetWidth;
    let sum = 0;
    for (let s = 0; s < shape.scored * batch; s++) {
      const row = starts[s % batch]! + shape.steps - shape.scored + Math.floor(s / batch);
      const at = s * head.stride;
      sum += this.#loss.row(f32, head.y / 4 + at, rows.targets, row * D, D, scale, f32, head.dy / 4 + at);
    }
    return sum;
  }
}
