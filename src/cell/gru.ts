import { sigmoid32, tanh32 } from '../maths/float32.ts';
import { accumulate } from './accumulate.ts';
import type { Cell } from './cell.ts';

const f = Math.fround;

/**
 * Gated recurrent unit, as PyTorch has it. Cho et al. (2014), arXiv 1406.1078. Nearly the LSTM's memory with three quarters of
 * its weights.
 *
 *     r_t = σ(W_r·[h,X] + b_r)        n_t = tanh(W_nx X_t + b_nx + r_t∘(W_nh h_{t-1} + b_nh))
 *     z_t = σ(W_z·[h,X] + b_z)        h_t = (1 - z_t)∘n_t + z_t∘h_{t-1}
 *
 * The columns of W stand in PyTorch's order: r, z, n; those of b: r, z, n_x, n_h (the reset gate stands between the last two,
 * so they cannot be summed).
 */
export const gru: Cell = {
  name: 'gru',
  kernel: 'GRU',
  gates: 3,
  apart: 1, // n
  biases: 4,
  states: 1,
  record: 4, // r, z, n, n_h (its sum)

  step({ hidden: H, input: I, W, b }, state, at, x, xAt, z) {
    // first the part of h: r, z and n_h; n_h is put aside, then the part of X goes on with r, z and n_x
    z.set(b);
    z.copyWithin(2 * H, 3 * H, 4 * H);
    accumulate(z, 3 * H, state, at, H, W, 0);
    z.copyWithin(3 * H, 2 * H, 3 * H);
    for (let j = 0; j < H; j++) z[2 * H + j] = b[2 * H + j]!;
    accumulate(z, 3 * H, x, xAt, I, W, H);
    for (let j = 0; j < H; j++) {
      const r_t = sigmoid32(z[j]!);
      const z_t = sigmoid32(z[H + j]!);
      const n_t = tanh32(f(z[2 * H + j]! + f(r_t * z[3 * H + j]!)));
      state[at + j] = f(f(f(1 - z_t) * n_t) + f(z_t * state[at + j]!));
    }
  },

  stepAndRecord(weights, state, at, x, xAt, z, record, recordAt) {
    const H = weights.hidden;
    gru.step(weights, state, at, x, xAt, z);
    for (let j = 0; j < H; j++) {
      const r_t = sigmoid32(z[j]!);
      record[recordAt + j] = r_t;
      record[recordAt + H + j] = sigmoid32(z[H + j]!);
      record[recordAt + 2 * H + j] = tanh32(f(z[2 * H + j]! + f(r_t * z[3 * H + j]!)));
      record[recordAt + 3 * H + j] = z[3 * H + j]!;
    }
  },

  backward({ hidden: H }, record, recordAt, h, hAt, d, dAt, dz, dzX, dzAt) {
    for (let j = 0; j < H; j++) {
      const r = record[recordAt + j]!;
      const z = record[recordAt + H + j]!;
      const n = record[recordAt + 2 * H + j]!;
      const n_h = record[recordAt + 3 * H + j]!;
      const dh = d[dAt + j]!;
      const dn = f(f(dh * f(1 - z)) * f(1 - f(n * n)));
      dz[dzAt + j] = f(f(dn * n_h) * f(r * f(1 - r)));
      dz[dzAt + H + j] = f(f(dh * f(h[hAt + j]! - n)) * f(z * f(1 - z)));
      dz[dzAt + 2 * H + j] = f(dn * r);
      dz[dzAt + 3 * H + j] = dz[dzAt + 2 * H + j]!; // of b_nh
      dzX[dzAt + j] = dz[dzAt + j]!;
      dzX[dzAt + H + j] = dz[dzAt + H + j]!;
      dzX[dzAt + 2 * H + j] = dn;
      d[dAt + j] = f(dh * z);
    }
  },
};
