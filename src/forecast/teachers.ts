import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import type { Plan } from './plan.ts';

/**
 * The series that teach the weights of a channel: where these are the partition's, all of its series that have forecasts of their own, in
 * Memory; else the series alone. A series that has fallen silent is still counted.
 */
export class Teachers {
  readonly #memory: Memory;
  /** [channels] how many they are; undefined where each series has weights of its own. */
  readonly #count: Slot | undefined;
  /** [channels] of each series: 1 where it is one of them. */
  readonly #isOne: Slot | undefined;

  constructor(memory: Memory, { channels, weights }: Plan) {
    this.#memory = memory;
    if (weights === 'series') return;
    this.#count = memory.learned(weights, 'teachers', 'f64', channels);
    this.#isOne = memory.series('teachers.joined', 'f64', channels);
  }

  /** How many they are, at least 1. */
  count(channel: number): number {
    return this.#count ? Math.max(1, this.#memory.view().f64[this.#count.at(0) + channel]!) : 1;
  }

  /** How many others there are than this series. */
  others(row: number, channel: number): number {
    if (!this.#count || !this.#isOne) return 0;
    const { f64 } = this.#memory.view();
    return f64[this.#count.at(row) + channel]! - f64[this.#isOne.at(row) + channel]!;
  }

  /** Whether the weights are this series' to clear: its own, or of a partition in which none has taught yet. */
  mayClear(row: number, channel: number): boolean {
    return !this.#count || this.#memory.view().f64[this.#count.at(row) + channel] === 0;
  }

  /** The series has forecasts of its own from here on. */
  join(row: number, channel: number): void {
    if (!this.#count || !this.#isOne) return;
    const { f64 } = this.#memory.view();
    const isOne = this.#isOne.at(row) + channel;
    const count = this.#count.at(row) + channel;
    f64[count] = f64[count]! + 1 - f64[isOne]!;
    f64[isOne] = 1;
  }
}
