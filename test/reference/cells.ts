import { readdirSync, readFileSync } from 'node:fs';
import type { Cell, CellWeights } from '../../src/cell/cell.ts';
import { cellOf } from '../../src/cell/cells.ts';

/** One fixture that `generate.py` made with PyTorch. */
export interface CellCase {
  readonly name: string;
  readonly kind: Cell['name'];
  readonly activation: 'tanh' | 'sigmoid' | 'relu';
  readonly hidden: number;
  readonly input: number;
  readonly layers: number;
  readonly weights: Readonly<Record<string, number[]>>;
  /** [steps][input] */
  readonly x: number[];
  /** [steps][hidden] h of the top layer */
  readonly y: number[];
  /** [layers][hidden] C after the last step; empty where the cell has none */
  readonly c: number[];
}

/** One fixture that `generate_gradients.py` made: 100 steps of 2 series, L = Σ c·y. */
export interface GradientCase extends Omit<CellCase, 'y'> {
  readonly steps: number;
  readonly batch: number;
  /** [steps][batch][hidden] dL/dy; `x` is [steps][batch][input]. */
  readonly c: number[];
  readonly gradients: Readonly<Record<string, number[]>>;
  readonly dx: number[];
}

export function gradientCases(): GradientCase[] {
  return casesOf('gradients') as GradientCase[];
}

export function cellCases(): CellCase[] {
  return casesOf('cells') as CellCase[];
}

/** The cases of `cells.json`, which PyTorch made, and of each `cells-….json` of a cell that PyTorch has not. */
function casesOf(kind: 'cells' | 'gradients'): unknown[] {
  const folder = new URL('./', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.startsWith(kind) && name.endsWith('.json'))
    .toSorted()
    .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as unknown[]);
}

/** PyTorch's tensors of a case in our layout: [H + I][gates × H], the two biases summed (but for gates that are apart: the GRU's n). */
export function weightsOf(fixture: Omit<CellCase, 'x' | 'y' | 'c'>): { cell: Cell; layers: CellWeights[] } {
  const cell = cellOf(fixture.kind, fixture.activation);
  const H = fixture.hidden;
  const columns = cell.gates * H;
  const layers = Array.from({ length: fixture.layers }, (_, l): CellWeights => {
    const I = l === 0 ? fixture.input : H;
    const tensor = (name: string): number[] => fixture.weights[`${name}_l${l}`]!;
    const W = new Float32Array((H + I) * columns);
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < H; k++) W[k * columns + j] = tensor('weight_hh')[j * H + k]!;
      for (let k = 0; k < I; k++) W[(H + k) * columns + j] = tensor('weight_ih')[j * I + k]!;
    }
    const b = new Float32Array(cell.biases * H);
    const [ih, hh] = [tensor('bias_ih'), tensor('bias_hh')];
    for (let j = 0; j < columns; j++) b[j] = ih[j]! + hh[j]!;
    const apart = cell.apart * H;
    b.set(ih.slice(columns - apart), columns - apart);
    b.set(hh.slice(columns - apart), columns);
    if (cell.ownTensor) b.set(tensor(cell.ownTensor), columns + apart);
    return { hidden: H, input: I, W, b };
  });
  return { cell, layers };
}
