import type { Aligned } from '../align/align.ts';
import { shareLeft } from '../align/gaps.ts';
import { type InputKind, inputWidth, stepsOf, writeInputs } from '../cell/inputs.ts';
import type { Frame } from '../frame.ts';
import type { Scaled } from '../scale/scale.ts';
import { Column } from './column.ts';

/** Targets are cut here, as z is: one wild reading, or a spread that is still of few readings, must not outweigh all others. */
const LIMIT = 10;

/**
 * What the live stages made of one series of one partition, step by step: X_t, and what targets are computed from. A step is a reading, or
 * one of the missing ones that the live cell goes through as well (see `writeInputs`); of these there are no targets, and they are none.
 *
 * Takes 4 × (I + channels) + 8 × (1 + 3 × channels) bytes a step, and up to half as much again while it grows.
 */
export class History {
  readonly name: string;
  readonly partition: number;
  readonly channels: number;
  readonly inputKind: InputKind;
  /** Steps at which the series begins anew, ascending: no target lies beyond the next of them. */
  readonly begins: number[] = [];
  /** Steps before which the live h and C are changed by a gap, ascending; those of `begins` are among them. No window goes beyond the next. */
  readonly cuts: number[] = [];
  readonly #inputs = new Column((length) => new Float32Array(length));
  readonly #lasts = new Column((length) => new Float32Array(length));
  /** Of each step its index, then of each channel value (NaN: not observed), mean and spread. */
  readonly #facts = new Column((length) => new Float64Array(length));
  readonly #width: number;
  #length = 0;
  #readings = 0;

  constructor(name: string, partition: number, channels: number, inputKind: InputKind) {
    this.name = name;
    this.partition = partition;
    this.channels = channels;
    this.inputKind = inputKind;
    this.#width = 1 + 3 * channels;
  }

  /** Number of steps. */
  get length(): number {
    return this.#length;
  }

  /** Number of readings. */
  get readings(): number {
    return this.#readings;
  }

  /** I, numbers in X_t. */
  get inputWidth(): number {
    return inputWidth(this.inputKind, this.channels);
  }

  /** [length × I] X_t */
  get inputs(): Float32Array {
    return this.#inputs.numbers;
  }

  /** [length × channels] z of the last value of each channel: that of the step, where it was observed. */
  get lasts(): Float32Array {
    return this.#lasts.numbers;
  }

  /** The number of a step: see `Aligned`. */
  index(step: number): number {
    return this.#facts.numbers[step * this.#width]!;
  }

  /** Takes in row i of a frame. */
  add(frame: Frame & Aligned & Scaled, i: number): void {
    const { channels } = this;
    const { index, value, mean, spread } = frame;
    if (frame.restart[i] === 1) this.begins.push(this.#length);
    if (shareLeft(frame, i) < 1) this.cuts.push(this.#length);
    const steps = stepsOf(frame, i);
    const inputs = this.#inputs.extend(steps * this.inputWidth);
    writeInputs(inputs.numbers, inputs.at, this.inputKind, frame, i);
    for (let missing = steps - 1; missing > 0; missing--) {
      const { numbers, at } = this.#facts.extend(this.#width);
      numbers.fill(Number.NaN, at, at + this.#width);
      numbers[at] = index[i]! - missing;
    }
    this.#addLasts(frame, i, steps);
    const { numbers, at } = this.#facts.extend(this.#width);
    numbers[at] = index[i]!;
    for (let c = 0; c < channels; c++) {
      const k = i * channels + c;
      numbers.set([value[k]!, mean[k]!, spread[k]!], at + 1 + 3 * c);
    }
    this.#length += steps;
    this.#readings++;
  }

  #addLasts({ value, z }: Frame & Scaled, i: number, steps: number): void {
    const { channels } = this;
    const { numbers, at } = this.#lasts.extend(steps * channels);
    for (let s = 0; s < steps; s++) {
      for (let c = 0; c < channels; c++) {
        const to = at + s * channels + c;
        const k = i * channels + c;
        const isObserved = s === steps - 1 && !Number.isNaN(value[k]!);
        // mean and spread have stood still since the last value: so has its z
        numbers[to] = isObserved ? z[k]! : (numbers[to - channels] ?? 0);
      }
    }
  }

  /**
   * Targets of all steps: (y_{t+h} − mean_t) / spread_t, for the live forecast is mean + spread × head, cut at ±10. NaN where the channel
   * was not observed h steps later before the series begins anew, and where the spread is 0.
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
