import { textOf } from './text.ts';
import { Unreadable } from './unreadable.ts';

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;
/** Elements of arrays and maps that a record may have: some take no bytes at all. */
const MOST_ELEMENTS = 100_000;
/** Records that a record may have inside one another: a schema may name itself. */
const MOST_DEPTH = 64;

/**
 * Reads Avro's binary encoding, and nothing beyond the end of the bytes.
 *
 * @throws Unreadable from every method that reads
 * @see https://avro.apache.org/docs/1.12.0/specification/#binary-encoding
 */
export class AvroBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #elements = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Bytes that have not been read. */
  get rest(): number {
    return this.#bytes.length - this.#at;
  }

  boolean(): boolean {
    const byte = this.#byte();
    if (byte > 1) throw new Unreadable(`expected a boolean, got the byte ${byte}`);
    return byte === 1;
  }

  int(): number {
    const value = this.long();
    if (typeof value === 'number' && value >= INT_MIN && value <= INT_MAX) return value;
    throw new Unreadable(`expected an int of 32 bits, got ${value}`);
  }

  /** A bigint where a float64 does not hold it. */
  long(): number | bigint {
    let [low, middle, high] = [0, 0, 0];
    let byte = 0;
    let k = 0;
    do {
      byte = this.#byte();
      if (k < 4) low |= (byte & 127) << (7 * k);
      else if (k < 8) middle |= (byte & 127) << (7 * (k - 4));
      else high |= (byte & 127) << (7 * (k - 8));
      k++;
    } while (byte >= 128 && k < 10);
    if (byte >= 128 || high > 255) throw new Unreadable('expected a long of 64 bits, got a longer one');
    // zigzag: the lowest bit is the sign; what is beyond 2^53 stays beyond when it is rounded
    if (high === 0) {
      const half = (low >>> 1) + middle * 2 ** 27;
      const near = (low & 1) === 1 ? -half - 1 : half;
      if (Number.isSafeInteger(near)) return near;
    }
    const whole = BigInt(low) | (BigInt(middle) << 28n) | (BigInt(high) << 56n);
    const value = (whole >> 1n) ^ -(whole & 1n);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  float(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** The next bytes, as many as a long before them says; a view of those that are read. */
  bytes(): Uint8Array {
    return this.fixed(this.#count());
  }

  fixed(length: number): Uint8Array {
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  string(): string {
    const text = textOf(this.bytes());
    if (text === undefined) throw new Unreadable('expected text in UTF-8, got bytes that are none');
    return text;
  }

  /** One of `length` things: an index. */
  index(length: number): number {
    const value = this.long();
    if (typeof value === 'number' && value >= 0 && value < length) return value;
    throw new Unreadable(`expected an index below ${length}, got ${value}`);
  }

  /** Calls `element` for each element of the blocks of an array or a map. */
  blocks(element: () => void): void {
    for (;;) {
      let count = this.long();
      if (count === 0) return;
      if (count < 0) {
        count = -count;
        this.#count();
      }
      for (let i = 0; i < count; i++) {
        if (++this.#elements > MOST_ELEMENTS)
          throw new Unreadable(`expected at most ${MOST_ELEMENTS} elements, got more`);
        element();
      }
    }
  }

  /** What `read` gives, one level further inside. */
  inside<T>(read: () => T): T {
    if (++this.#depth > MOST_DEPTH)
      throw new Unreadable(`expected at most ${MOST_DEPTH} records inside one another, got more`);
    const value = read();
    this.#depth--;
    return value;
  }

  #count(): number {
    const count = this.long();
    if (typeof count === 'number' && count >= 0) return count;
    throw new Unreadable(`expected a length, got ${count}`);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new Unreadable('expected more bytes, got none');
    this.#at++;
    return byte;
  }

  /** Where the next bytes stand; goes on behind them. */
  #take(length: number): number {
    if (length > this.rest) throw new Unreadable(`expected ${length} more bytes, got ${this.rest}`);
    const from = this.#at;
    this.#at += length;
    return from;
  }
}
