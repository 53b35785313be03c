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

  constructor(model: Model, { horizons }: Plan) {
    this.#model = model;
    this.#horizons = horizons;
  }

  /**
   * The movements to all horizons, in units; 0 to those that the head was not made for.
   *
   * @param out receives Q numbers from index `to` on
   */
  moves(question: HeadQuestion, out: Float32Array | Float64Array, to: number): void {
    const { channel, hidden, hiddenAt, mean, spread, value, unit } = question;
    const { head, hidden: H, horizon, channels } = this.#model;
    const { W, b } = head;
    const width = channels * horizon;
    this.#horizons.forEach((h, q) => {
      if (h > horizon || unit === 0) {
        out[to + q] = 0;
        return;
      }
      const column = channel * horizon + h - 1;
      let sum = b[column]!;
      for (let j = 0; j < H; j++) sum += hidden[hiddenAt + j]! * W[j * width + column]!;
      out[to + q] = cut((mean + spread * sum - value) / unit, FAR);
    });
  }
}
