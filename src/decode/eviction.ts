import { z } from 'zod';
import { Duration } from '../duration.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/** How long the state of a series is kept that nothing comes of. */
export const SeriesSettings = z
  .strictObject({
    evictAfter: z
      .union([z.literal('off'), Duration])
      .prefault('off')
      .describe(
        "How long nothing may come of a series, in its partition's event time, before its state is given up; off: it is kept for ever. It is looked for eight times in that time",
      ),
    back: z
      .enum(['clean', 'archive'])
      .default('clean')
      .describe(
        'What a series begins with that was evicted and comes again. clean: nothing; archive: the state that it had, which is kept beside that of the others',
      ),
  })
  .superRefine(({ evictAfter, back }, context) => {
    const fault = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (evictAfter === 'off' && back === 'archive')
      fault('back', 'expected clean where series are never evicted, got archive');
    if (evictAfter !== 'off' && evictAfter < LOOKS)
      fault('evictAfter', `expected off or ${LOOKS}ms or more, got ${evictAfter}ms`);
  })
  .prefault({});
export type SeriesSettings = z.output<typeof SeriesSettings>;

/** A series that leaves: its row is given up once the frame that tells so has gone through all stages. */
export interface Leaving {
  /** Its row in Memory, for as long as this frame is under way. */
  readonly series: number;
  /** As its records call it. */
  readonly name: string;
  /** Event time of the look, ms. */
  readonly time: number;
  /** Of the record that moved event time so far; NaN: a tick did. */
  readonly offset: number;
  /** Event time of its partition when something of it last came, ms. */
  readonly seen: number;
  /** Time since which it has been due to go, ms: `seen`, or the newest target of its forecasts if that is later, and `evictAfter`. */
  readonly due: number;
}

/** Looks in the time after which a series leaves. */
const LOOKS = 8;

/**
 * Which series leave, in Memory: of each the event time of its partition when something of it last came.
 *
 * 1. Event time here is the newest time of all readings that were decoded, whatever becomes of them, or what a tick says. What is known ahead
 *    (`Decoder.ahead`) does not move it. As soon as it comes into another eighth of `evictAfter`, every series is looked at, before the record (or the
 *    tick) that has moved it takes effect: so a record of a series that was away that long finds it gone.
 * 2. A series leaves where nothing of it has come for `evictAfter`, nor is any of its forecasts for a time in that stretch: so whatever it begins with when it
 *    comes again, no output has the name of one from before.
 * 3. That holds for readings, too: where nothing is kept, one of a series that Memory does not know is late where it lies `evictAfter` or more behind.
 */
export class Eviction {
  readonly #memory: Memory;
  readonly #after: number;
  readonly #isKept: boolean;
  /** 0: not known; then the next look counts. */
  readonly #seen: Slot;
  /** 0: nothing has come. */
  readonly #clock: Slot;

  private constructor(memory: Memory, after: number, isKept: boolean) {
    this.#memory = memory;
    this.#after = after;
    this.#isKept = isKept;
    memory.mayEvict({ isKept });
    this.#seen = memory.apart(SEEN, 'f64');
    this.#clock = memory.partition('series.clock', 'f64');
  }

  /** Undefined where no series ever leaves. */
  static of(memory: Memory, { evictAfter, back }: SeriesSettings): Eviction | undefined {
    return evictAfter === 'off' ? undefined : new Eviction(memory, evictAfter, back === 'archive');
  }

  /**
   * Moves event time.
   *
   * @param time ms; an earlier one than it is changes nothing, −Infinity neither
   * @returns whether the series are to be looked at
   */
  move(time: number): boolean {
    this.#memory.touchPartition();
    const { f64 } = this.#memory.view();
    const at = this.#clock.at(0);
    const before = f64[at]!;
    if (time === -Infinity || (before !== 0 && time <= before)) return false;
    f64[at] = time;
    const every = this.#after / LOOKS;
    return before !== 0 && Math.floor(time / every) > Math.floor(before / every);
  }

  /**
   * Looks at every series, once all that has come before has gone through all stages.
   *
   * @param time event time, ms
   * @param offset of the record that has moved it; NaN: none has
   * @returns the series that leave, in the order of birth; mostly none
   */
  look(time: number, offset: number): readonly Leaving[] {
    const memory = this.#memory;
    const { f64 } = memory.view();
    const target = memory.seriesSlot('issued.target');
    const leaving: Leaving[] = [];
    for (const series of memory.rows) {
      const at = this.#seen.at(series);
      if (f64[at] === 0) {
        memory.touch(series);
        f64[at] = time;
        continue;
      }
      const seen = f64[at]!;
      const due = Math.max(seen, target ? f64[target.at(series) + 1]! : seen) + this.#after;
      if (time >= due) leaving.push({ series, name: memory.name(series), time, offset, seen, due });
    }
    return leaving;
  }

  /** Time that a reading of a series has to be later than: see 3. −Infinity: any will do. */
  after(series: string): number {
    if (this.#isKept || this.#memory.find(series) !== undefined) return -Infinity;
    const clock = this.#memory.view().f64[this.#clock.at(0)]!;
    return clock === 0 ? -Infinity : clock - this.#after;
  }

  /** Something of the series has come. */
  see(row: number): void {
    this.#memory.touch(row);
    const { f64 } = this.#memory.view();
    f64[this.#seen.at(row)] = f64[this.#clock.at(0)]!;
  }
}

/** The slot that says when something of a series last came. */
export const SEEN = 'series.seen';
