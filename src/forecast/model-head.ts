import type { Model } from '../model/model.ts';
import { cut, FAR } from './base.ts';
import type { Plan } from './plan.ts';

/** What the model's head is asked about: one channel of a reading. */
export interface HeadQuestion {
  readonly channel: number;
  /** [n × H] h_t of the model's top layer, that of this reading from `hiddenAt` on. */
  readonly hidden: Float32Array;
  readonly hiddenAt: number;
  /** Running mean and spread: what the head says is in these. */
  readonly mean: number;
  readonly spread: number;
  readonly value: number;
  /** What movements are told in; 0: there is none. */
  readonly unit: number;
}

/** The model's linear head on h_t, as movements from the value. */
export class ModelHead {
  readonly #model: Model;
  readonly #horizons: readonly number[];
  /** [channels × horizon] what the head says, and of it the outputs of a channel up to the farthest horizon that is asked for. */
  readonly #said: Float64Array;
  readonly #asked: number;

  constructor(model: Model, { horizons }: Plan) {
    this.#model = model;
    this.#horizons = horizons;
    this.#said = new Float64Array(model.horizon);
    this.#asked = Math.min(model.horizon, horizons.at(-1) ?? 0);
  }

  /**
   * The movements to all horizons, in units; 0 to those that the head was not made for.
   *
   * @param out receives Q numbers from index `to` on
   */
  moves(question: HeadQuestion, out: Float32Array | Float64Array, to: number): void {
    const { channel, hidden, hiddenAt, mean, spread, value, unit } = question;
    const { horizon } = this.#model;
    if (unit !== 0) this.#ask(channel, hidden, hiddenAt);
    for (const [q, h] of this.#horizons.entries()) {
      const isKnown = h <= horizon && unit !== 0;
      out[to + q] = isKnown ? cut((mean + spread * this.#said[h - 1]! - value) / unit, FAR) : 0;
    }
  }

  /** All outputs of a channel side by side, each the sum over h_t in its order: a row of W after the other. */
  #ask(channel: number, hidden: Float32Array, hiddenAt: number): void {
    const { head, hidden: H, horizon, channels } = this.#model;
    const { W, b } = head;
    const said = this.#said;
    const asked = this.#asked;
    const width = channels * horizon;
    const first = channel * horizon;
    // four sums at a time, which do not wait for one another
    for (let k = 0; k < asked; k += 4) {
      const column = first + Math.min(k, Math.max(0, horizon - 4));
      let s_0 = b[column]!;
      let s_1 = b[column + 1]!;
      let s_2 = b[column + 2]!;
      let s_3 = b[column + 3]!;
      for (let j = 0, at = column; j < H; j++, at += width) {
        const h_j = hidden[hiddenAt + j]!;
        s_0 += h_j * W[at]!;
        s_1 += h_j * W[at + 1]!;
        s_2 += h_j * W[at + 2]!;
        s_3 += h_j * W[at + 3]!;
      }
      const to = column - first;
      said[to] = s_0;
      said[to + 1] = s_1;
      said[to + 2] = s_2;
      said[to + 3] = s_3;
    }
  }
}
