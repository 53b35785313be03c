import { sigmoid32, tanh32 } from '../maths/float32.ts';
import { accumulate } from './accumulate.ts';
import type { Cell } from './cell.ts';

/**
 * The plain recurrent cell: h_t = σ(W_h h_{t-1} + W_x X_t + b). Elman, "Finding Structure in Time" (1990).
 * Few parameters and a short memory. W holds W_h above W_x.
 */
function rnnWith(activation: 'tanh' | 'sigmoid' | 'relu', σ: (z: number) => number): Cell {
  return {
    name: 'rnn',
    activation,
    gates: 1,
    biases: 1,
    states: 1,
    step({ hidden: H, input: I, W, b }, state, at, x, xAt, z) {
      z.set(b);
      accumulate(z, H, state, at, H, W, 0); //   W_h h_{t-1}
      accumulate(z, H, x, xAt, I, W, H); //    + W_x X_t + b
      for (let j = 0; j < H; j++) state[at + j] = σ(z[j]!);
    },
  };
}

/** σ = tanh, PyTorch's default. */
export const rnn: Cell = rnnWith('tanh', tanh32);
export const rnnSigmoid: Cell = rnnWith('sigmoid', sigmoid32);
export const rnnRelu: Cell = rnnWith('relu', (z) => (z > 0 ? z : 0));
