import { ForetideError } from '../errors.ts';
import type { Arena } from '../memory/arena.ts';
import { WebAssembly } from '../memory/webassembly.ts';
import type { Cell, CellWeights } from './cell.ts';
import { ownOf } from './cells.ts';
import { kernelBytes } from './kernel-bytes.ts';
import type { KernelExports } from './kernel-exports.ts';
import { type Packed, packLayer } from './pack.ts';

/** What the kernel is asked to step: cells of one kind, one above the other. */
export interface Stack {
  readonly cell: Cell;
  readonly layers: readonly CellWeights[];
}

/** A stack whose weights lie in the arena, packed as the kernel reads them. */
export interface LoadedStack {
  /** Byte offset of what the cell is made of. */
  readonly cell: number;
  readonly hidden: number;
  readonly layers: number;
  /** Float32 of state per layer. */
  readonly width: number;
  /** I of the first layer. */
  readonly inputs: number;
  /** Byte offset of the table of layers. */
  readonly table: number;
  /** Byte offset of the workspace. */
  readonly workspace: number;
}

/** Where a frame's rows go, as byte offsets in the arena. */
export interface FrameRoom {
  /** [n] u32: byte offset of each row's state. */
  readonly states: number;
  /** [n][I] float32 */
  readonly x: number;
  /** [n][H] float32: h of the top layer, written by the kernel. */
  readonly hidden: number;
}

/** Bytes rounded up to what the arena hands out. */
export const blockOf = (bytes: number): number => Math.ceil(bytes / 16) * 16;
/** Bytes of a layer in the table: offsets of W and b, and I. */
const ENTRY = 12;

/** A block of the arena. */
interface Block {
  readonly offset: number;
  readonly bytes: number;
}

const kernels = new WeakMap<Arena, Kernel>();
let compiled: object | undefined;

/**
 * The cells in WebAssembly SIMD over one arena: steps a frame's rows in order, each series' h and C in place. The bits equal
 * those of `cell.step`, for any frames. Other functions are called through `exports`, with numbers in Memory's slots or the workspace.
 */
export class Kernel {
  readonly #arena: Arena;
  readonly exports: KernelExports;
  readonly #loaded = new WeakMap<readonly CellWeights[], LoadedStack>();
  readonly #tables = new Map<string, number>();
  #room: Block = { offset: 0, bytes: 0 };
  #workspace: Block = { offset: 0, bytes: 0 };

  private constructor(arena: Arena) {
    this.#arena = arena;
    compiled ??= new WebAssembly.Module(kernelBytes());
    const imports = { env: { memory: arena.memory, abort: () => undefined } };
    this.exports = new WebAssembly.Instance(compiled, imports).exports as KernelExports;
  }

  /** The kernel of this arena. */
  static of(arena: Arena): Kernel {
    const kernel = kernels.get(arena) ?? new Kernel(arena);
    kernels.set(arena, kernel);
    return kernel;
  }

  /** Puts the weights into the arena, once. May grow it. */
  load({ cell, layers }: Stack): LoadedStack {
    const known = this.#loaded.get(layers);
    if (known) return known;
    const { hidden, input } = layers[0]!;
    const packed = layers.map((weights) => packLayer(cell, weights));
    const table = this.#arena.take(blockOf(layers.length * ENTRY));
    // 16 rows go through a layer together: the sums of each, h and X. Lanes may be read four at a time beyond the last
    const sums = Math.max(...packed.map(({ b }) => b.length));
    const widest = Math.max(...layers.map((weights) => weights.input));
    const workspace = this.#arena.take(blockOf((16 * (sums + hidden + widest) + 4) * 4));
    const places = packed.map(({ W, b }) => [this.#put(W), this.#put(b)] as const);
    const { i32 } = this.#arena.view();
    places.forEach(([W, b], l) => {
      i32.set([W, b, layers[l]!.input], (table + l * ENTRY) >>> 2);
    });
    const loaded = {
      cell: this.shapeOf(cell),
      hidden,
      layers: layers.length,
      width: cell.states * hidden,
      inputs: input,
      table,
      workspace,
    };
    this.#loaded.set(layers, loaded);
    return loaded;
  }

  /**
   * Byte offset of what a cell is made of, as `kernel/shape.ts` reads it, put there once. May grow the arena.
   *
   * @throws ForetideError KERNEL_MISSING where the compiled kernel has no such cell.
   */
  shapeOf(cell: Cell): number {
    const { name, kernel, gates, apart, states, record } = cell;
    const kind = (
      this.exports as unknown as Readonly<Record<string, { readonly value?: unknown } | undefined>>
    )[kernel];
    if (typeof kind?.value !== 'number') {
      throw new ForetideError('KERNEL_MISSING', {
        what: `The compiled kernel does not know the cell ${name}`,
        expected: `${kernel} among the kinds of cells`,
        got: 'none of that name',
        where: 'src/cell/kernel/kinds.ts',
        todo: 'Add it there, and to `activate` and `back` beside it.',
      });
    }
    return this.keep(Int32Array.of(kind.value, gates - apart, apart, ownOf(cell), states, record));
  }

  /** Byte offset of such numbers in the arena, put there once: for tables that never change. May grow it. */
  keep(numbers: Float64Array | Int32Array): number {
    const key = `${numbers.constructor.name} ${numbers.join()}`;
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const offset = this.#arena.take(blockOf(numbers.byteLength));
    const { f64, i32 } = this.#arena.view();
    if (numbers instanceof Int32Array) i32.set(numbers, offset / 4);
    else f64.set(numbers, offset / 8);
    this.#tables.set(key, offset);
    return offset;
  }

  /** Room for a frame of n rows. May grow the arena: ask before taking a view. */
  room({ inputs, hidden }: LoadedStack, n: number): FrameRoom {
    const states = blockOf(n * 4);
    const x = blockOf(n * inputs * 4);
    const bytes = states + x + blockOf(n * hidden * 4);
    this.#room = this.#atLeast(bytes, this.#room);
    const { offset } = this.#room;
    return { states: offset, x: offset + states, hidden: offset + states + x };
  }

  /** Steps n rows, in order. */
  step(stack: LoadedStack, room: FrameRoom, n: number): void {
    const { cell, table, layers, hidden, width, workspace } = stack;
    this.exports.stepFrame(
      cell,
      n,
      room.states,
      room.x,
      table,
      layers,
      hidden,
      width,
      room.hidden,
      workspace,
    );
  }

  /** Makes room for so many bytes in the workspace. May grow the arena: for the time when stages are built. */
  reserve(bytes: number): void {
    this.#workspace = this.#atLeast(bytes, this.#workspace);
  }

  /** Byte offset of the workspace: for what goes into a call and comes out of it. The next caller overwrites it. */
  get workspace(): number {
    return this.#workspace.offset;
  }

  #atLeast(bytes: number, block: Block): Block {
    if (bytes <= block.bytes) return block;
    if (block.bytes > 0) this.#arena.giveBack(block.offset, block.bytes);
    let larger = 1024;
    while (larger < bytes) larger *= 2;
    return { offset: this.#arena.take(larger), bytes: larger };
  }

  #put(numbers: Packed['W']): number {
    const offset = this.#arena.take(blockOf(numbers.byteLength));
    this.#arena.view().f32.set(numbers, offset >>> 2);
    return offset;
  }
}
