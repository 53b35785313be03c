/** Bytes of a block, where an image is not larger. */
const BLOCK = 1 << 18;
/** Images that are given up all at once, until what nobody has needed since is let go. */
const PERIOD = 64;

/**
 * Blocks of memory that images of rows lie in: of all partitions of a process, as what one has given back the next takes. A block is touched
 * for the first time once; memory that is asked for anew after each commit costs more than the copying.
 */
export class ImageBlocks {
  readonly #free: Uint8Array[] = [];
  #taken = 0;
  /** The most that were taken at once in this period, and in the one before. */
  #most = 0;
  #mostBefore = 0;
  #returns = 0;

  /** Blocks that are kept for whoever comes. */
  get free(): number {
    return this.#free.length;
  }

  /** A block of BLOCK bytes, of any content. */
  take(): Uint8Array {
    this.#taken += 1;
    this.#most = Math.max(this.#most, this.#taken);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
  }

  giveBack(blocks: readonly Uint8Array[]): void {
    this.#taken -= blocks.length;
    for (const block of blocks) this.#free.push(block);
    this.#returns += 1;
    if (this.#returns < PERIOD) return;
    this.#free.splice(Math.max(0, Math.max(this.#most, this.#mostBefore) - this.#taken));
    [this.#mostBefore, this.#most, this.#returns] = [this.#most, this.#taken, 0];
  }
}

/** Those of the process. */
const processBlocks = new ImageBlocks();

/** Images of rows of one size, in the order in which they were made. */
export class Images {
  readonly #bytes: number;
  readonly #blocks: ImageBlocks;
  readonly #perBlock: number;
  readonly #used: Uint8Array[] = [];
  /** Where a row is larger than a block: an array for each. */
  readonly #large: Uint8Array[] = [];
  #length = 0;

  /** @param bytes of a row */
  constructor(bytes: number, blocks = processBlocks) {
    this.#bytes = bytes;
    this.#blocks = blocks;
    this.#perBlock = Math.floor(BLOCK / bytes);
  }

  /** Keeps a copy of the bytes from `base` on, as image number `length`. */
  add(memory: Uint8Array, base: number): void {
    const i = this.#length++;
    if (this.#perBlock > 0 && i === this.#used.length * this.#perBlock) this.#used.push(this.#blocks.take());
    this.#of(i).set(memory.subarray(base, base + this.#bytes));
  }

  /** Puts image i back. */
  putBack(i: number, memory: Uint8Array, base: number): void {
    memory.set(this.#of(i), base);
  }

  clear(): void {
    this.#length = 0;
    if (this.#used.length === 0) return;
    this.#blocks.giveBack(this.#used);
    this.#used.length = 0;
  }

  #of(i: number): Uint8Array {
    if (this.#perBlock === 0) return (this.#large[i] ??= new Uint8Array(this.#bytes));
    const from = (i % this.#perBlock) * this.#bytes;
    return this.#used[Math.floor(i / this.#perBlock)]!.subarray(from, from + this.#bytes);
  }
}
