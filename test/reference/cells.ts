import { readFileSync } from 'node:fs';
import { type Cell, type CellWeights, cellOf } from '../../src/cell/cell.ts';

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
  return JSON.parse(readFileSync(new URL('gradients.json', import.meta.url), 'utf8')) as GradientCase[];
}

export function cellCases(): CellCase[] {
  return JSON.parse(readFileSync(new URL('cells.json', import.meta.url), 'utf8')) as CellCase[];
}

/** PyTorch's tensors of a case in our layout: [H + I][gates × H], the two biases summed (but for the GRU's n). */
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
    if (cell.name === 'gru') {
      for (let j = 0; j < H; j++) {
        b[2 * H + j] = ih[2 * H + j]!;
        b[3 * H + j] = hh[2 * H + j]!;
      }
    }
    return { hidden: H, input: I, W, b };
  });
  return { cell, layers };
}
