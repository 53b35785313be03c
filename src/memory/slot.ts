import { ForetideError } from '../errors.ts';

export type SlotType = 'u16' | 'i32' | 'f32' | 'f64';

/** A place of `width` numbers in every row of Memory. */
export interface Slot {
  readonly name: string;
  readonly type: SlotType;
  readonly width: number;
  /** Index of the slot's first number for this row, in the typed array of the slot's type: `view.f32[slot.at(row) + k]`. */
  at(row: number): number;
}

const LOG2_BYTES = { u16: 1, i32: 2, f32: 2, f64: 3 } as const;

/** Bytes of one number. */
export function bytesOf(type: SlotType): number {
  return 1 << LOG2_BYTES[type];
}

class PlacedSlot implements Slot {
  readonly name: string;
  readonly type: SlotType;
  readonly width: number;
  readonly #log2: number;
  #offset = 0;
  #base: (row: number) => number;

  constructor(name: string, type: SlotType, width: number) {
    this.name = name;
    this.type = type;
    this.width = width;
    this.#log2 = LOG2_BYTES[type];
    this.#base = () => {
      throw new Error(`Slot ${name}: the Memory is not sealed yet`);
    };
  }

  at(row: number): number {
    return (this.#base(row) + this.#offset) >>> this.#log2;
  }

  place(offset: number, base: (row: number) => number): number {
    const size = 1 << this.#log2;
    this.#offset = Math.ceil(offset / size) * size;
    this.#base = base;
    return this.#offset + this.width * size;
  }

  describe(): string {
    return `${this.name}:${this.type}[${this.width}]@${this.#offset}`;
  }
}

/** The slots of one kind of row, in the order in which they were declared. */
export class SlotTable {
  readonly #kind: 'series' | 'partition';
  readonly #slots = new Map<string, PlacedSlot>();
  #sealed = false;

  constructor(kind: 'series' | 'partition') {
    this.#kind = kind;
  }

  declare(name: string, type: SlotType, width: number): Slot {
    const known = this.#slots.get(name);
    if (known) {
      if (known.type === type && known.width === width) return known;
      throw new ForetideError('SLOT_CONFLICT', {
        what: `Two stages ask for the slot ${name} in different shapes`,
        expected: `${known.type}[${known.width}]`,
        got: `${type}[${width}]`,
        where: `${this.#kind} slots`,
        todo: 'Give one of them another name.',
      });
    }
    if (this.#sealed) {
      throw new ForetideError('MEMORY_SEALED', {
        what: `The slot ${name} was asked for after the first reading`,
        where: `${this.#kind} slots`,
        todo: 'Declare slots while the stage is built, not while it runs.',
      });
    }
    const slot = new PlacedSlot(name, type, width);
    this.#slots.set(name, slot);
    return slot;
  }

  find(name: string): Slot | undefined {
    return this.#slots.get(name);
  }

  /** In the order in which they were declared. */
  get all(): readonly Slot[] {
    return [...this.#slots.values()];
  }

  /** @returns the bytes of one row. */
  seal(base: (row: number) => number): number {
    this.#sealed = true;
    let offset = 0;
    for (const slot of this.#slots.values()) offset = slot.place(offset, base);
    return offset;
  }

  describe(): string {
    return `${this.#kind}{${[...this.#slots.values()].map((slot) => slot.describe()).join(',')}}`;
  }
}
