import type { Memory } from '../memory/memory.ts';

const DELTAS = 17;
const ENOUGH = 3;

/** The sampling step of each series as its readings show it, in Memory. */
export class MedianStep {
  readonly #memory: Memory;
  /** Count, then a ring of the last times between two readings. */
  readonly #slot;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#slot = memory.series('align.deltas', 'f64', DELTAS + 1);
  }

  /** Takes in one more time between two readings and gives the median of the last 17, in whole ms; 0 while there are fewer than three. */
  take(row: number, delta: number): number {
    const { f64 } = this.#memory.view();
    const at = this.#slot.at(row);
    const count = f64[at]!;
    f64[at + 1 + (count % DELTAS)] = delta;
    f64[at] = count + 1;
    const known = Math.min(count + 1, DELTAS);
    if (known < ENOUGH) return 0;
    // insertion: a regular series is in order already
    for (let i = 0; i < known; i++) {
      const next = f64[at + 1 + i]!;
      let j = i;
      for (; j > 0 && sorted[j - 1]! > next; j--) sorted[j] = sorted[j - 1]!;
      sorted[j] = next;
    }
    return Math.max(1, Math.round(sorted[known >> 1]!));
  }
}

/** Workspace. */
const sorted = new Float64Array(DELTAS);
