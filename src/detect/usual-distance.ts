import { ringPlace } from '../forecast/ring.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/** Distances that are kept. */
const KEPT = 100;
/** How many of 100 are larger than what is usual: 5 %. */
const BEYOND = 5;

/** The distance that one in twenty of the last 100 exceeds, of each channel. */
export class UsualDistance {
  readonly #memory: Memory;
  /** [channels] distances that have come. */
  readonly #count: Slot;
  /** [channels][100] the last of them. */
  readonly #ring: Slot;
  /** The largest of them, descending, while they are looked for. */
  readonly #largest = new Float32Array(BEYOND);

  constructor(memory: Memory, name: string, channels: number) {
    this.#memory = memory;
    this.#count = memory.series(`${name}.distances`, 'f64', channels);
    this.#ring = memory.series(`${name}.distance`, 'f32', KEPT * channels);
  }

  /** Of n kept distances the ⌈n/20⌉th largest, of 100 the fifth; 0 where none is kept. */
  get(row: number, channel: number): number {
    const { f32, f64 } = this.#memory.view();
    const n = Math.min(f64[this.#count.at(row) + channel]!, KEPT);
    const at = this.#ring.at(row) + channel * KEPT;
    const largest = this.#largest.fill(0);
    const rank = Math.max(0, Math.ceil(n / 20) - 1);
    for (let i = at; i < at + n; i++) {
      const distance = f32[i]!;
      if (distance <= largest[rank]!) continue;
      let k = rank;
      for (; k > 0 && largest[k - 1]! < distance; k--) largest[k] = largest[k - 1]!;
      largest[k] = distance;
    }
    return largest[rank]!;
  }

  /** Takes a distance in, from 0 up. */
  add(row: number, channel: number, distance: number): void {
    const { f32, f64 } = this.#memory.view();
    const countAt = this.#count.at(row) + channel;
    f32[this.#ring.at(row) + channel * KEPT + ringPlace(f64[countAt]!, KEPT)] = distance;
    f64[countAt]!++;
  }
}
