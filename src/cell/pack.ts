import type { Cell, CellWeights } from './cell.ts';
import { ownOf } from './cells.ts';

/** Weights as the kernel streams through them; the numbers are those of CellWeights, in another order, padded with zeros. */
export interface Packed {
  readonly W: Float32Array;
  readonly b: Float32Array;
}

/** Columns of a block, the widest that still fits first. */
const BLOCKS = [32, 16, 8, 4];

/**
 * Packs a layer: one product over [h, X] for the gates that are summed together, and for those that are apart one over h and one over X;
 * b alike, the cell's own numbers behind.
 */
export function packLayer(cell: Cell, { hidden: H, input: I, W, b }: CellWeights): Packed {
  const all = cell.gates * H;
  const part = (firstRow: number, rows: number, firstColumn: number, columns: number): Float32Array =>
    packProduct(W, all, firstRow, rows, firstColumn, columns);
  const bias = (from: number, count: number): Float32Array => padded(b.subarray(from, from + count));
  const apart = cell.apart * H;
  const together = all - apart;
  const own = ownOf(cell) * H;
  return {
    W: joined(part(0, H + I, 0, together), part(0, H, together, apart), part(H, I, together, apart)),
    b: joined(bias(0, together), bias(all, apart), bias(together, apart), bias(all + apart, own)),
  };
}

/** The numbers of a packed layer back in the order of CellWeights. */
export function unpackLayer(cell: Cell, { hidden: H, input: I }: CellWeights, packed: Packed): Packed {
  const all = cell.gates * H;
  const W = new Float32Array((H + I) * all);
  const b = new Float32Array(cell.biases * H);
  const place = (
    from: number,
    firstRow: number,
    rows: number,
    firstColumn: number,
    columns: number,
  ): number => {
    const own = packed.W.subarray(from, from + rows * padTo4(columns));
    eachPacked(rows, columns, (at, row, j) => {
      W[(firstRow + row) * all + firstColumn + j] = own[at]!;
    });
    return from + own.length;
  };
  const apart = cell.apart * H;
  const together = all - apart;
  const own = ownOf(cell) * H;
  const overH = place(0, 0, H + I, 0, together);
  const overX = place(overH, 0, H, together, apart);
  place(overX, H, I, together, apart);
  let from = 0;
  for (const [at, count] of [
    [0, together],
    [all, apart],
    [together, apart],
    [all + apart, own],
  ] as const) {
    b.set(packed.b.subarray(from, from + count), at);
    from += padTo4(count);
  }
  return { W, b };
}

/** Packs a linear layer, W [H][O]. */
export function packLinear({ W, b }: Packed, hidden: number, outputs: number): Packed {
  return { W: packProduct(W, outputs, 0, hidden, 0, outputs), b: padded(b) };
}

/** The numbers of a packed linear layer as they were. */
export function unpackLinear(packed: Packed, hidden: number, outputs: number): Packed {
  const W = new Float32Array(hidden * outputs);
  eachPacked(hidden, outputs, (at, row, j) => {
    W[row * outputs + j] = packed.W[at]!;
  });
  return { W, b: packed.b.slice(0, outputs) };
}

/** Visits the numbers of a packed product in the order in which they lie; padding is left out. */
function eachPacked(
  rows: number,
  columns: number,
  visit: (at: number, row: number, column: number) => void,
): void {
  let at = 0;
  let from = 0;
  while (from < columns) {
    const width = BLOCKS.find((block) => block <= padTo4(columns - from))!;
    for (let row = 0; row < rows; row++) {
      for (let j = from; j < from + width; j++, at++) if (j < columns) visit(at, row, j);
    }
    from += width;
  }
}

/** The rows and columns of a product, by blocks of columns, each block row by row. */
function packProduct(
  W: Float32Array,
  stride: number,
  firstRow: number,
  rows: number,
  firstColumn: number,
  columns: number,
): Float32Array {
  const out = new Float32Array(rows * padTo4(columns));
  eachPacked(rows, columns, (at, row, j) => {
    out[at] = W[(firstRow + row) * stride + firstColumn + j]!;
  });
  return out;
}

/** n rounded up to whole vectors of four, as the kernel lays columns out. */
export function padTo4(columns: number): number {
  return Math.ceil(columns / 4) * 4;
}

function padded(numbers: Float32Array): Float32Array {
  const out = new Float32Array(padTo4(numbers.length));
  out.set(numbers);
  return out;
}

function joined(...parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
