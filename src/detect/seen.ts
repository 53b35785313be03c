import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/**
 * What a channel has been like: up to a number of moments, each one or two float32 co-ordinates and the time at which it, or one like it, was last
 * there. A moment that is like a remembered one only renews its time, so that few of them cover long stretches; where there is no
 * room left, the one that was not there for the longest time is forgotten.
 */
export class Seen {
  readonly #memory: Memory;
  readonly #width: number;
  readonly #room: number;
  /** [channels] moments that are remembered. */
  readonly #count: Slot;
  /** [channels][width][room] their co-ordinates. */
  readonly #places: Slot;
  /** [channels][room] when they were last there, ms. */
  readonly #times: Slot;
  /** [channels][width][2] lowest and highest of each co-ordinate there ever was. */
  readonly #range: Slot;

  /** @param room moments that are remembered of each channel */
  constructor(memory: Memory, name: string, channels: number, width: 1 | 2, room: number) {
    this.#memory = memory;
    this.#width = width;
    this.#room = room;
    this.#count = memory.series(`${name}.count`, 'i32', channels);
    this.#places = memory.series(`${name}.seen`, 'f32', room * width * channels);
    this.#times = memory.series(`${name}.time`, 'f64', room * channels);
    this.#range = memory.series(`${name}.range`, 'f32', 2 * width * channels);
  }

  count(row: number, channel: number): number {
    return this.#memory.view().i32[this.#count.at(row) + channel]!;
  }

  /** Index in `view().f32` of co-ordinate k of the channel's moments. */
  first(row: number, channel: number, k: number): number {
    return this.#places.at(row) + (channel * this.#width + k) * this.#room;
  }

  /** Co-ordinate k of a moment. */
  place(row: number, channel: number, moment: number, k: number): number {
    return this.#memory.view().f32[this.first(row, channel, k) + moment]!;
  }

  /** When a moment was last there, ms. */
  time(row: number, channel: number, moment: number): number {
    return this.#memory.view().f64[this.#times.at(row) + channel * this.#room + moment]!;
  }

  /** Lowest value of co-ordinate k. */
  low(row: number, channel: number, k: number): number {
    return this.#memory.view().f32[this.#range.at(row) + (channel * this.#width + k) * 2]!;
  }

  /** From the lowest to the highest value of co-ordinate k. */
  span(row: number, channel: number, k: number): number {
    const { f32 } = this.#memory.view();
    const at = this.#range.at(row) + (channel * this.#width + k) * 2;
    return f32[at + 1]! - f32[at]!;
  }

  /** Takes the co-ordinates of a new moment into the range. */
  widen(row: number, channel: number, ...x: readonly number[]): void {
    const { f32 } = this.#memory.view();
    const isFirst = this.count(row, channel) === 0;
    for (let k = 0; k < this.#width; k++) {
      const at = this.#range.at(row) + (channel * this.#width + k) * 2;
      f32[at] = isFirst ? x[k]! : Math.min(f32[at]!, x[k]!);
      f32[at + 1] = isFirst ? x[k]! : Math.max(f32[at + 1]!, x[k]!);
    }
  }

  /** What was seen at `time` is like a remembered moment. */
  renew(row: number, channel: number, moment: number, time: number): void {
    this.#memory.view().f64[this.#times.at(row) + channel * this.#room + moment] = time;
  }

  /** Remembers a moment. */
  add(row: number, channel: number, time: number, ...x: readonly number[]): void {
    const { i32, f32, f64 } = this.#memory.view();
    const count = this.count(row, channel);
    const times = this.#times.at(row) + channel * this.#room;
    const moment = count < this.#room ? count : oldest(f64, times, this.#room);
    if (count < this.#room) i32[this.#count.at(row) + channel] = count + 1;
    f64[times + moment] = time;
    for (let k = 0; k < this.#width; k++) f32[this.first(row, channel, k) + moment] = x[k]!;
  }
}

function oldest(f64: Float64Array, times: number, count: number): number {
  let moment = 0;
  for (let i = 1; i < count; i++) if (f64[times + i]! < f64[times + moment]!) moment = i;
  return moment;
}
