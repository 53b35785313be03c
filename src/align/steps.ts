import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { MedianStep } from './median-step.ts';
import type { AlignedRows } from './rows.ts';

/** Why a reading cannot be taken in. */
export interface StepRefusal {
  readonly reason: 'duplicate' | 'late';
  /** `one after …` */
  readonly expected: string;
}

/** The rows of each series as steps of time, in Memory: its last one, and how far the next is from it. */
export class Steps {
  readonly #memory: Memory;
  readonly #every: number | 'auto';
  readonly #gapLimit: number;
  /** Time, index; an index of 0: there was none. */
  readonly #last: Slot;
  readonly #median: MedianStep | undefined;

  constructor(memory: Memory, every: number | 'auto', gapLimit: number) {
    this.#memory = memory;
    this.#every = every;
    this.#gapLimit = gapLimit;
    this.#last = memory.series('align.last', 'f64', 2);
    this.#median = every === 'auto' ? new MedianStep(memory) : undefined;
  }

  /** Time of a series' last row, ms; undefined where it has none. */
  last(row: number): number | undefined {
    const { f64 } = this.#memory.view();
    const at = this.#last.at(row);
    return f64[at + 1] === 0 ? undefined : f64[at]!;
  }

  /** Why a reading cannot be the next row of its series; undefined where it can. */
  refusal(row: number, time: number): StepRefusal | undefined {
    const previous = this.last(row);
    if (previous === undefined || time > previous) return undefined;
    const reason = time === previous ? 'duplicate' : 'late';
    return { reason, expected: `one after ${previous}, the newest of its series` };
  }

  /** The next row of a series: its time and its place in the series go to the columns. */
  take(row: number, time: number, to: AlignedRows): void {
    const { f64 } = this.#memory.view();
    const at = this.#last.at(row);
    let step = this.#every === 'auto' ? 0 : this.#every;
    let gap = 0;
    if (f64[at + 1]! > 0) {
      const delta = time - f64[at]!;
      if (this.#median) step = this.#median.take(row, delta);
      gap = step > 0 ? Math.max(1, Math.round(delta / step)) : 1;
    }
    f64[at] = time;
    f64[at + 1] = f64[at + 1]! + Math.max(1, gap);
    to.time.push(time);
    to.index.push(f64[at + 1]!);
    to.gap.push(gap);
    to.step.push(step);
    to.restart.push(gap === 0 || gap > this.#gapLimit ? 1 : 0);
  }
}
