import { sigmoid32, tanh32 } from '../maths/float32.ts';
import { accumulate } from './accumulate.ts';
import type { Cell } from './cell.ts';

const f = Math.fround;

/**
 * The plain recurrent cell: h_t = σ(W_h h_{t-1} + W_x X_t + b). Elman, "Finding Structure in Time" (1990).
 * Few parameters and a short memory. W holds W_h above W_x.
 *
 * @param kernel what the kernel calls it
 * @param dσ σ'(z) as a function of h = σ(z)
 */
function rnnWith(
  activation: 'tanh' | 'sigmoid' | 'relu',
  kernel: string,
  σ: (z: number) => number,
  dσ: (h: number) => number,
): Cell {
  const cell: Cell = {
    name: 'rnn',
    activation,
    kernel,
    gates: 1,
    apart: 0,
    biases: 1,
    states: 1,
    record: 1,
    step({ hidden: H, input: I, W, b }, state, at, x, xAt, z) {
      z.set(b);
      accumulate(z, H, state, at, H, W, 0); //   W_h h_{t-1}
      accumulate(z, H, x, xAt, I, W, H); //    + W_x X_t + b
      for (let j = 0; j < H; j++) state[at + j] = σ(z[j]!);
    },
    stepAndRecord(weights, state, at, x, xAt, z, record, recordAt) {
      cell.step(weights, state, at, x, xAt, z);
      for (let j = 0; j < weights.hidden; j++) record[recordAt + j] = state[at + j]!;
    },
    backward({ hidden: H }, record, recordAt, _h, _hAt, d, dAt, dz, dzX, dzAt) {
      for (let j = 0; j < H; j++) {
        dz[dzAt + j] = f(d[dAt + j]! * dσ(record[recordAt + j]!));
        dzX[dzAt + j] = dz[dzAt + j]!;
        d[dAt + j] = 0;
      }
    },
  };
  return cell;
}

/** σ = tanh, PyTorch's default. */
export const rnn: Cell = rnnWith('tanh', 'RNN_TANH', tanh32, (h) => f(1 - f(h * h)));
export const rnnSigmoid: Cell = rnnWith('sigmoid', 'RNN_SIGMOID', sigmoid32, (h) => f(h * f(1 - h)));
export const rnnRelu: Cell = rnnWith(
  'relu',
  'RNN_RELU',
  (z) => (z > 0 ? z : 0),
  (h) => (h > 0 ? 1 : 0),
);
