import type { Arena } from './arena.ts';
import { Images } from './images.ts';

const CHUNK_TARGET = 1 << 18;

/** What may have become of a row since the last commit; 0: nothing. */
const TOUCHED = 1;
const BORN = 2;
const REMOVED = 3;

/** Bytes of a row whose slots take so many. */
export function strideOf(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

/**
 * Rows of equal size in the arena, which never move, each with its committed image from the first touch after a commit.
 *
 * 1. `touch(row)` before writing to a row: keeps the row's committed bytes (one memcpy).
 * 2. `committed()` drops the images: what is there now is the committed state.
 * 3. `rollback()` restores the images and removes the rows born since the last commit.
 * 4. `remove(rows)`: their places are taken again by rows that are born later. That of a committed row stays as it is until the next commit, for a
 *    rollback gives it back.
 */
export class Rows {
  /** Bytes of one row, a multiple of 16. */
  readonly stride: number;
  readonly #arena: Arena;
  readonly #shift: number;
  readonly #mask: number;
  readonly #chunkBytes: number;
  readonly #chunks: number[] = [];
  /** Places, those that are free too. */
  #length = 0;
  #committedLength = 0;
  /** Places that hold nothing but zeros, to be taken before new ones. */
  readonly #free: number[] = [];
  /** Committed rows that were removed since. */
  readonly #removed: number[] = [];
  /** Rows touched or born since the commit. */
  readonly #changed = new Set<number>();
  /** For each row what has become of it since the commit. */
  #fate = new Uint8Array(64);
  /** Rows of `#images`, in the order of their images. */
  readonly #imaged: number[] = [];
  readonly #images: Images;

  constructor(arena: Arena, stride: number) {
    this.#arena = arena;
    this.stride = strideOf(stride);
    let shift = 0;
    while (this.stride << (shift + 1) <= CHUNK_TARGET) shift++;
    this.#shift = shift;
    this.#mask = (1 << shift) - 1;
    this.#chunkBytes = this.stride << shift;
    this.#images = new Images(this.stride);
  }

  /** Places that were taken, those of removed rows too: a row's number is below it. */
  get length(): number {
    return this.#length;
  }

  /** Rows touched or born since the last commit, in that order. */
  get changed(): ReadonlySet<number> {
    return this.#changed;
  }

  /** Byte offset of a row in the arena. */
  base(row: number): number {
    return (this.#chunks[row >>> this.#shift] as number) + (row & this.#mask) * this.stride;
  }

  /** A new row of zeros; its number. May grow the arena. */
  add(): number {
    const row = this.#free.pop() ?? this.#length++;
    if (row >>> this.#shift === this.#chunks.length) this.#chunks.push(this.#arena.take(this.#chunkBytes));
    if (row >= this.#fate.length) {
      const larger = new Uint8Array(this.#fate.length * 2);
      larger.set(this.#fate);
      this.#fate = larger;
    }
    this.#fate[row] = BORN;
    this.#changed.add(row);
    return row;
  }

  /** Removes rows, each of which is there. */
  remove(rows: readonly number[]): void {
    for (const row of rows) {
      this.#changed.delete(row);
      if (this.#fate[row] === BORN) this.#clear(row);
      else {
        this.#fate[row] = REMOVED;
        this.#removed.push(row);
      }
    }
  }

  /** Announces a change of the row. */
  touch(row: number): void {
    if (this.#fate[row] !== 0) return;
    this.#fate[row] = TOUCHED;
    this.#changed.add(row);
    this.#images.add(this.#arena.view().u8, this.base(row));
    this.#imaged.push(row);
  }

  /** The row's bytes as they are now; a view that is valid until the arena grows or the row changes. */
  bytes(row: number): Uint8Array {
    const base = this.base(row);
    return this.#arena.view().u8.subarray(base, base + this.stride);
  }

  committed(): void {
    for (const row of this.#removed) this.#clear(row);
    this.#forget();
    this.#committedLength = this.#length;
  }

  rollback(): void {
    const { u8 } = this.#arena.view();
    this.#imaged.forEach((row, i) => {
      this.#images.putBack(i, u8, this.base(row));
    });
    for (const row of this.#changed) if (this.#fate[row] === BORN) this.#clear(row);
    this.#forget();
    this.#length = this.#committedLength;
    const free = this.#free.filter((row) => row < this.#length);
    this.#free.splice(0, this.#free.length, ...free);
  }

  /** Gives all memory back. The rows are gone. */
  release(): void {
    this.#forget();
    for (const chunk of this.#chunks) this.#arena.giveBack(chunk, this.#chunkBytes);
    this.#chunks.length = 0;
    this.#free.length = 0;
    this.#length = 0;
    this.#committedLength = 0;
  }

  /** The row's place is free. */
  #clear(row: number): void {
    const base = this.base(row);
    this.#arena.view().u8.fill(0, base, base + this.stride);
    this.#fate[row] = 0;
    this.#free.push(row);
  }

  #forget(): void {
    for (const row of this.#changed) this.#fate[row] = 0;
    for (const row of this.#removed) this.#fate[row] = 0;
    this.#changed.clear();
    this.#removed.length = 0;
    this.#imaged.length = 0;
    this.#images.clear();
  }
}
