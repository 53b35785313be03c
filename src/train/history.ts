import type { Aligned } from '../align/align.ts';
import { writeInputs } from '../cell/inputs.ts';
import type { Frame } from '../frame.ts';
import { TIME_INPUTS } from '../model/model.ts';
import type { Scaled } from '../scale/scale.ts';
import { Column } from './column.ts';

/** Targets are cut here, as z is: one wild reading, or a spread that is still of few readings, must not outweigh all others. */
const LIMIT = 10;

/**
 * What the live stages made of one series of one partition, reading by reading: X_t, and what targets are computed from.
 *
 * Takes 4 × (channels + 2) + 8 × (1 + 3 × channels) bytes a reading, and up to half as much again while it grows.
 */
export class History {
  readonly name: string;
  readonly partition: number;
  readonly channels: number;
  /** Readings at which the series begins anew, ascending. */
  readonly begins: number[] = [];
  readonly #inputs = new Column((length) => new Float32Array(length));
  /** Of each reading its index, then of each channel value, mean and spread. */
  readonly #facts = new Column((length) => new Float64Array(length));
  readonly #width: number;
  #length = 0;

  constructor(name: string, partition: number, channels: number) {
    this.name = name;
    this.partition = partition;
    this.channels = channels;
    this.#width = 1 + 3 * channels;
  }

  /** Number of readings. */
  get length(): number {
    return this.#length;
  }

  /** [length × (channels + 2)] X_t */
  get inputs(): Float32Array {
    return this.#inputs.numbers;
  }

  /** The number of a reading, counted in steps: see `Aligned`. */
  index(reading: number): number {
    return this.#facts.numbers[reading * this.#width]!;
  }

  /** Takes in row i of a frame. */
  add({ restart, index, time, value, z, mean, spread }: Frame & Aligned & Scaled, i: number): void {
    const { channels } = this;
    if (restart[i] === 1) this.begins.push(this.#length);
    const inputs = this.#inputs.extend(channels + TIME_INPUTS);
    writeInputs(inputs.numbers, inputs.at, z, i, channels, time[i]!);
    const { numbers, at } = this.#facts.extend(this.#width);
    numbers[at] = index[i]!;
    for (let c = 0; c < channels; c++) {
      const k = i * channels + c;
      numbers.set([value[k]!, mean[k]!, spread[k]!], at + 1 + 3 * c);
    }
    this.#length++;
  }

  /**
   * Targets of all readings: (y_{t+h} − mean_t) / spread_t, for the live forecast is mean + spread × head, cut at ±10. NaN where there is
   * no reading h steps later before the series begins anew, and where the spread is 0.
   *
   * @param out receives [length][channels × horizon] from index `to` on
   */
  writeTargets(horizon: number, out: Float32Array, to: number): void {
    const { channels } = this;
    const width = this.#width;
    const facts = this.#facts.numbers;
    const D = channels * horizon;
    out.fill(Number.NaN, to, to + this.#length * D);
    this.begins.forEach((first, s) => {
      const end = this.begins[s + 1] ?? this.#length;
      for (let t = first; t < end; t++) {
        for (let later = t + 1; later < end; later++) {
          const h = facts[later * width]! - facts[t * width]!;
          if (h > horizon) break;
          for (let c = 0; c < channels; c++) {
            const y = facts[later * width + 1 + 3 * c]!;
            const mean = facts[t * width + 2 + 3 * c]!;
            const spread = facts[t * width + 3 + 3 * c]!;
            if (spread > 0) out[to + t * D + c * horizon + h - 1] = cut((y - mean) / spread);
          }
        }
      }
    });
  }
}

function cut(target: number): number {
  return Math.max(-LIMIT, Math.min(LIMIT, target));
}
