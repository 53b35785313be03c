import type { Cell, CellWeights } from '../cell/cell.ts';
import { cellOf } from '../cell/cells.ts';
import { seededRandom } from '../model/random.ts';
import type { NetworkWeights } from './network.ts';

/** Sizes of a network that begins anew. */
export interface InitialSettings {
  readonly cell: Cell['name'];
  readonly activation?: 'tanh' | 'sigmoid' | 'relu' | undefined;
  readonly inputs: number;
  readonly hidden: number;
  readonly layers: number;
  readonly outputs: number;
  readonly seed: number;
  /** What a forget gate starts with as its bias, e.g. 1 (Gers et al. 2000; Jozefowicz et al. 2015); absent: as the others. */
  readonly forgetBias?: number | undefined;
}

/**
 * Weights in PyTorch's ranges: uniform in ±1/√H, where PyTorch's two biases are one here their sum, and the head's too (nn.Linear: ±1/√H).
 * In order: of each layer W, then b; of the head W, then b.
 */
export function initialWeights(settings: InitialSettings): NetworkWeights {
  const { hidden: H, inputs, outputs, seed } = settings;
  const cell = cellOf(settings.cell, settings.activation);
  const random = seededRandom(seed);
  const bound = 1 / Math.sqrt(H);
  const draw = (): number => (2 * random() - 1) * bound;
  const uniform = (length: number): Float32Array => Float32Array.from({ length }, draw);
  const layers = Array.from({ length: settings.layers }, (_, l): CellWeights => {
    const input = l === 0 ? inputs : H;
    const W = uniform((H + input) * cell.gates * H);
    // the biases of gates whose sums are apart are one each; those of the others are sums of two
    const summed = (cell.gates - cell.apart) * H;
    const b = Float32Array.from({ length: cell.biases * H }, (_b, j) =>
      j < summed ? draw() + draw() : draw(),
    );
    const { forgetGate } = cell;
    if (forgetGate !== undefined && settings.forgetBias !== undefined) {
      b.fill(settings.forgetBias, forgetGate * H, (forgetGate + 1) * H);
    }
    return { hidden: H, input, W, b };
  });
  return { layers, head: { W: uniform(H * outputs), b: uniform(outputs) } };
}
