import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

const DAY = 86_400_000;
/** Half-hours of a day. */
const SLOTS = 48;
/** From so many values on the newest has the same weight: 0.15. */
const RATE = 0.15;

/** What each channel's values were about at this time of the day: a mean for each half-hour of UTC. */
export class TimeOfDay {
  readonly #memory: Memory;
  /** [channels][48] values that have come. */
  readonly #counts: Slot;
  /** [channels][48] their means, weighted by how new they are. */
  readonly #means: Slot;

  constructor(memory: Memory, name: string, channels: number) {
    this.#memory = memory;
    this.#counts = memory.series(`${name}.counts`, 'u16', SLOTS * channels);
    this.#means = memory.series(`${name}.means`, 'f32', SLOTS * channels);
  }

  /** x less the mean of its time of the day before it, 0 where there was none; then x is taken into the mean. */
  take(row: number, channel: number, time: number, x: number): number {
    const { u16, f32 } = this.#memory.view();
    const slot = channel * SLOTS + Math.floor((time / DAY - Math.floor(time / DAY)) * SLOTS);
    const countAt = this.#counts.at(row) + slot;
    const meanAt = this.#means.at(row) + slot;
    const count = u16[countAt]! + 1;
    const change = count === 1 ? 0 : x - f32[meanAt]!;
    f32[meanAt] = count === 1 ? x : f32[meanAt]! + change * Math.max(1 / count, RATE);
    if (count < 0xffff) u16[countAt] = count;
    return change;
  }
}
