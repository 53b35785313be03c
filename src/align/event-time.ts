import type { Command } from '../command.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/** A partition's event time, in Memory, ms: the watermark, its newest reading, and the clock, which a `tick` moves too. 0: there was none. */
export class EventTime {
  readonly #memory: Memory;
  readonly #watermark: Slot;
  readonly #clock: Slot;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#watermark = memory.partition('watermark', 'f64');
    this.#clock = memory.partition('clock', 'f64');
  }

  get watermark(): number {
    return this.#memory.view().f64[this.#watermark.at(0)]!;
  }

  /** Takes in what a frame has brought; the caller has announced the change of the partition's slots. */
  move(newest: number, command: Command | undefined): void {
    const { f64 } = this.#memory.view();
    f64[this.#watermark.at(0)] = newest;
    this.#moveClock(newest);
    if (command?.kind === 'tick') this.#moveClock(command.time);
  }

  /** It never goes back. */
  #moveClock(time: number): void {
    const { f64 } = this.#memory.view();
    const at = this.#clock.at(0);
    if (f64[at] === 0 || time > f64[at]!) f64[at] = time;
  }
}

/** The newer of a watermark, 0 where there was no reading, and a reading's time. */
export function newer(watermark: number, time: number): number {
  return time > watermark || watermark === 0 ? time : watermark;
}
