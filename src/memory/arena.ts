import { ForetideError } from '../errors.ts';
import { type LinearMemory, WebAssembly } from './webassembly.ts';

/** The whole memory as typed arrays. Growth detaches them: take them anew for each frame and never keep them. */
export interface View {
  /** [bytes of the memory] */
  readonly u8: Uint8Array;
  /** [bytes / 2] */
  readonly u16: Uint16Array;
  /** [bytes / 4] */
  readonly i32: Int32Array;
  /** [bytes / 4] */
  readonly f32: Float32Array;
  /** [bytes / 8] */
  readonly f64: Float64Array;
}

const PAGE = 65_536;
const MAX_PAGES = 65_536;

/**
 * The one block of memory that all state of a process lives in: a `WebAssembly.Memory`, so that a kernel can step a series'
 * state where it lies. Hands out blocks and takes them back; the lowest page is never handed out.
 */
export class Arena {
  readonly memory: LinearMemory = new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES });
  readonly #free = new Map<number, number[]>();
  #top = PAGE;
  #view: View | undefined;

  /** Typed arrays over the whole memory, as of now. */
  view(): View {
    // growth leaves arrays of length 0; asking them is far cheaper than asking the memory for its buffer
    if (this.#view && this.#view.u8.length > 0) return this.#view;
    const { buffer } = this.memory;
    this.#view = {
      u8: new Uint8Array(buffer),
      u16: new Uint16Array(buffer),
      i32: new Int32Array(buffer),
      f32: new Float32Array(buffer),
      f64: new Float64Array(buffer),
    };
    return this.#view;
  }

  /**
   * A zeroed block of `bytes` (a multiple of 16), as its byte offset. May grow the memory, which detaches every view.
   *
   * @throws ForetideError MEMORY_EXHAUSTED at 4 GiB.
   */
  take(bytes: number): number {
    const returned = this.#free.get(bytes)?.pop();
    if (returned !== undefined) {
      this.view().u8.fill(0, returned, returned + bytes);
      return returned;
    }
    const offset = this.#top;
    const size = this.memory.buffer.byteLength;
    if (offset + bytes > size) this.#grow(offset + bytes - size);
    this.#top = offset + bytes;
    return offset;
  }

  /**
   * Gives a block back.
   *
   * @param offset where it lies, in bytes from the beginning of the memory
   * @param bytes its size: the one that it was taken with
   */
  giveBack(offset: number, bytes: number): void {
    const list = this.#free.get(bytes);
    if (list) list.push(offset);
    else this.#free.set(bytes, [offset]);
  }

  #grow(missing: number): void {
    const pages = this.memory.buffer.byteLength / PAGE;
    const needed = Math.ceil(missing / PAGE);
    const wished = Math.min(Math.max(needed, pages >> 3), MAX_PAGES - pages);
    try {
      this.memory.grow(Math.max(needed, wished));
    } catch (cause) {
      throw new ForetideError('MEMORY_EXHAUSTED', {
        what: 'No more room for state in this process',
        expected: `at most ${MAX_PAGES * PAGE} bytes`,
        got: `${pages * PAGE + missing}`,
        todo: 'Lower maxStateBytes, the horizon or the hidden size, or spread the partitions over more processes.',
        cause,
      });
    }
  }
}

/** The process's arena. */
export const processArena = new Arena();
