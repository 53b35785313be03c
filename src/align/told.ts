import type { Memory } from '../memory/memory.ts';
import type { Slot, SlotType } from '../memory/slot.ts';

/** Stages that tell something of single readings which later ones may take back. */
const TELLERS = ['detect', 'score', 'judge', 'judge.oddness', 'alert', 'alert.since'] as const;

/**
 * What a stage has told of the readings that are kept for late ones, in Memory: bits, so that it can take back what it would not tell any more. The
 * slot stands apart from the images of a row, as the readings do, and `Late` moves it with them.
 */
export class Told {
  readonly #memory: Memory;
  readonly #width: number;
  readonly #slot: Slot;

  private constructor(memory: Memory, slot: Slot, width: number) {
    this.#memory = memory;
    this.#slot = slot;
    this.#width = width;
  }

  /**
   * @param width numbers of 16 bits for each reading
   * @returns undefined where no late readings are taken in
   */
  static of(memory: Memory, teller: (typeof TELLERS)[number], width: number): Told | undefined {
    const slot = toldSlot(memory, teller, 'u16', width);
    return slot && new Told(memory, slot, width);
  }

  /**
   * Puts down what is told of a reading.
   *
   * @param place among those that are kept; −1: it is not
   * @param k which of its numbers
   * @returns the bits that were told of it before and are not any more
   */
  tell(row: number, place: number, k: number, bits: number): number {
    if (place < 0) return 0;
    const { u16 } = this.#memory.view();
    const at = this.#slot.at(row) + place * this.#width + k;
    const before = u16[at]!;
    u16[at] = bits;
    return before & ~bits;
  }
}

/**
 * Borrows `width` numbers for each reading that is kept, which are moved with it.
 *
 * @returns undefined where no late readings are taken in
 */
export function toldSlot(
  memory: Memory,
  teller: (typeof TELLERS)[number],
  type: SlotType,
  width: number,
): Slot | undefined {
  const kept = memory.seriesSlot('late.time');
  return kept && memory.apart(slotOf(teller), type, kept.width * width);
}

/** The slots of all that tell. */
export function toldSlots(memory: Memory): readonly Slot[] {
  return TELLERS.flatMap((teller) => memory.seriesSlot(slotOf(teller)) ?? []);
}

function slotOf(teller: (typeof TELLERS)[number]): string {
  return `late.told.${teller}`;
}
