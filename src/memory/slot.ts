import { ForetideError } from '../errors.ts';

/** What a slot's numbers are, and so which array of `View` they lie in. */
export type SlotType = 'u16' | 'i32' | 'f32' | 'f64';

/** A place of `width` numbers in every row of Memory. */
export interface Slot {
  /** Of no other slot of its kind: of the series, or of the partition. */
  readonly name: string;
  readonly type: SlotType;
  /** Numbers in it. */
  readonly width: number;
  /** Bytes from the beginning of its row, where it is one of series, once Memory is sealed. */
  readonly offset: number;
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

  get offset(): number {
    return this.#offset;
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

/** The slot that the images of a row's own slots lie in. */
export const IMAGES = 'image';

/** What the parts of a row take, in bytes, one behind the other; beside images a part begins at a multiple of 8. */
export interface RowParts {
  /** Its own slots. */
  readonly own: number;
  /** The slots that stand apart. */
  readonly apart: number;
  /** The images of its own slots, all of them. */
  readonly images: number;
}

/**
 * The slots of one kind of row: its own, then those that stand apart, each in the order in which they were declared, then the images of its own slots.
 */
export class SlotTable {
  readonly #kind: 'series' | 'partition';
  readonly #slots = new Map<string, PlacedSlot>();
  readonly #apart = new Set<PlacedSlot>();
  #imageCount = 0;
  #images: PlacedSlot | undefined;
  #parts: RowParts = { own: 0, apart: 0, images: 0 };
  #sealed = false;

  constructor(kind: 'series' | 'partition') {
    this.#kind = kind;
  }

  /** @param isApart whether it is in no image of the row */
  declare(name: string, type: SlotType, width: number, isApart = false): Slot {
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
    if (isApart) this.#apart.add(slot);
    return slot;
  }

  find(name: string): Slot | undefined {
    return this.#slots.get(name);
  }

  /** In the order in which they were declared. */
  get all(): readonly PlacedSlot[] {
    return [...this.#slots.values()];
  }

  /** So many images of a row's own slots lie behind it. */
  keepImages(count: number): void {
    this.#imageCount = count;
  }

  get imageCount(): number {
    return this.#imageCount;
  }

  /** What the parts of a row take, once they are placed. */
  get parts(): RowParts {
    return this.#parts;
  }

  /** @returns the bytes of one row. */
  seal(base: (row: number) => number): number {
    this.#sealed = true;
    const place = (slots: readonly PlacedSlot[], from: number): number =>
      slots.reduce((offset, slot) => slot.place(offset, base), from);
    const own = place(
      this.all.filter((slot) => !this.#apart.has(slot)),
      0,
    );
    if (this.#imageCount === 0) {
      const end = place([...this.#apart], own);
      this.#parts = { own, apart: end - own, images: 0 };
      return end;
    }
    const ownEnd = wholeNumbers(own);
    const apartEnd = wholeNumbers(place([...this.#apart], ownEnd));
    this.#images = new PlacedSlot(IMAGES, 'f64', (this.#imageCount * ownEnd) / 8);
    const end = this.#images.place(apartEnd, base);
    this.#parts = { own: ownEnd, apart: apartEnd - ownEnd, images: end - apartEnd };
    return end;
  }

  describe(): string {
    const placed = this.all.filter((slot) => !this.#apart.has(slot));
    const all = [...placed, ...this.#apart, ...(this.#images ? [this.#images] : [])];
    return `${this.#kind}{${all.map((slot) => slot.describe()).join(',')}}`;
  }
}

/** Bytes up to the next multiple of 8. */
function wholeNumbers(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
