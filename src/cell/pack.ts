import type { Cell, CellWeights } from './cell.ts';

/** Weights as the kernel streams through them; the numbers are those of CellWeights, in another order, padded with zeros. */
export interface Packed {
  readonly W: Float32Array;
  readonly b: Float32Array;
}

/** Columns of a block, the widest that still fits first. */
const BLOCKS = [32, 16, 8, 4];

/** Packs a layer: one product for RNN and LSTM, three for the GRU (r and z over [h, X], n_h over h, n_x over X). */
export function packLayer(cell: Cell, { hidden: H, input: I, W, b }: CellWeights): Packed {
  const all = cell.gates * H;
  const part = (firstRow: number, rows: number, firstColumn: number, columns: number): Float32Array =>
    packProduct(W, all, firstRow, rows, firstColumn, columns);
  const bias = (from: number, count: number): Float32Array => padded(b.subarray(from, from + count));
  if (cell.name !== 'gru') return { W: part(0, H + I, 0, all), b: bias(0, all) };
  return {
    W: joined(part(0, H + I, 0, 2 * H), part(0, H, 2 * H, H), part(H, I, 2 * H, H)),
    b: joined(bias(0, 2 * H), bias(3 * H, H), bias(2 * H, H)),
  };
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
  const out = new Float32Array(rows * roundUp(columns));
  let to = 0;
  let from = 0;
  while (from < columns) {
    const width = BLOCKS.find((block) => block <= roundUp(columns - from))!;
    for (let row = 0; row < rows; row++) {
      for (let j = from; j < from + width; j++, to++) {
        if (j < columns) out[to] = W[(firstRow + row) * stride + firstColumn + j]!;
      }
    }
    from += width;
  }
  return out;
}

function roundUp(columns: number): number {
  return Math.ceil(columns / 4) * 4;
}

function padded(numbers: Float32Array): Float32Array {
  const out = new Float32Array(roundUp(numbers.length));
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
