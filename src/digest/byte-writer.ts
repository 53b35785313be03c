/** Numbers and texts one after the other, little-endian, in a buffer that grows and is used again. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(1024);
  #view = viewOf(this.#bytes);
  #length = 0;

  /** What has been written; a view that is valid until something more is. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): this {
    this.#length = 0;
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** A float64 as stores keep it: every NaN is 7ff8000000000000, and −0 is 0. */
  f64(value: number): this {
    const at = this.#room(8);
    if (Number.isNaN(value)) {
      this.#view.setUint32(at, 0, true);
      this.#view.setUint32(at + 4, 0x7ff80000, true);
    } else {
      this.#view.setFloat64(at, value + 0, true);
    }
    return this;
  }

  /** Its bytes in UTF-8 behind their number. */
  text(text: string): this {
    const at = this.#room(4 + 3 * text.length);
    const bytes = this.#bytes.write(text, at + 4);
    this.#view.setUint32(at, bytes, true);
    this.#length = at + 4 + bytes;
    return this;
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Makes room; the place of it. */
  #room(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = viewOf(larger);
    }
    return at;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
