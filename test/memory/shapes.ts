import fc from 'fast-check';
import type { Memory } from '../../src/memory/memory.ts';
import type { Slot, SlotType } from '../../src/memory/slot.ts';

/** A slot that a stage might ask for. */
export interface Shape {
  readonly name: string;
  readonly type: SlotType;
  readonly width: number;
}

const types: readonly SlotType[] = ['u16', 'i32', 'f32', 'f64'];

/** Slots with names that no stage of ours uses. */
export const shapes: fc.Arbitrary<readonly Shape[]> = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^x[a-z]{0,2}(\.[a-z]{1,3}){0,2}$/),
    type: fc.constantFrom(...types),
    width: fc.integer({ min: 1, max: 7 }),
  }),
  { selector: ({ name }) => name, maxLength: 8 },
);

/** Asks for slots. */
export function declared(memory: Memory, kind: 'series' | 'partition', all: readonly Shape[]): Slot[] {
  return all.map(({ name, type, width }) => memory[kind](name, type, width));
}
