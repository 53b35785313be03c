import { sigmoid32, tanh32 } from '../maths/float32.ts';
import { accumulate } from './accumulate.ts';
import type { Cell } from './cell.ts';

const f = Math.fround;

/**
 * Long short-term memory, over the concatenation [h_{t-1}, X_t]. Hochreiter and Schmidhuber (1997), with the forget gate of
 * Gers et al. (2000). C_t carries what is to be remembered for long: where f_t is near 1, neither it nor its gradient fades.
 *
 *     f_t = σ(W_f·[h,X] + b_f)        C̃_t = tanh(W_C·[h,X] + b_C)       C_t = f_t∘C_{t-1} + i_t∘C̃_t
 *     i_t = σ(W_i·[h,X] + b_i)        o_t = σ(W_o·[h,X] + b_o)          h_t = o_t∘tanh(C_t)
 *
 * The columns of W and b stand in PyTorch's order: i, f, C̃ (there called g), o.
 */
export const lstm: Cell = {
  name: 'lstm',
  kernel: 'LSTM',
  gates: 4,
  apart: 0,
  biases: 4,
  forgetGate: 1,
  states: 2,
  record: 6, // i, f, C̃, o, C_{t-1}, tanh C_t

  step({ hidden: H, input: I, W, b }, state, at, x, xAt, z) {
    const h = at;
    const C = at + H;
    z.set(b);
    accumulate(z, 4 * H, state, h, H, W, 0);
    accumulate(z, 4 * H, x, xAt, I, W, H);
    for (let j = 0; j < H; j++) {
      const i_t = sigmoid32(z[j]!);
      const f_t = sigmoid32(z[H + j]!);
      const C̃_t = tanh32(z[2 * H + j]!);
      const o_t = sigmoid32(z[3 * H + j]!);
      const C_t = f(f(f_t * state[C + j]!) + f(i_t * C̃_t));
      state[C + j] = C_t;
      state[h + j] = f(o_t * tanh32(C_t));
    }
  },

  stepAndRecord(weights, state, at, x, xAt, z, record, recordAt) {
    const H = weights.hidden;
    for (let j = 0; j < H; j++) record[recordAt + 4 * H + j] = state[at + H + j]!;
    lstm.step(weights, state, at, x, xAt, z);
    for (let j = 0; j < H; j++) {
      record[recordAt + j] = sigmoid32(z[j]!);
      record[recordAt + H + j] = sigmoid32(z[H + j]!);
      record[recordAt + 2 * H + j] = tanh32(z[2 * H + j]!);
      record[recordAt + 3 * H + j] = sigmoid32(z[3 * H + j]!);
      record[recordAt + 5 * H + j] = tanh32(state[at + H + j]!);
    }
  },

  backward({ hidden: H }, record, recordAt, _h, _hAt, d, dAt, dz, dzX, dzAt) {
    for (let j = 0; j < H; j++) {
      const i = record[recordAt + j]!;
      const f_t = record[recordAt + H + j]!;
      const g = record[recordAt + 2 * H + j]!;
      const o = record[recordAt + 3 * H + j]!;
      const C_before = record[recordAt + 4 * H + j]!;
      const tanhC = record[recordAt + 5 * H + j]!;
      const dh = d[dAt + j]!;
      const dC = f(d[dAt + H + j]! + f(f(dh * o) * f(1 - f(tanhC * tanhC))));
      dz[dzAt + j] = f(f(dC * g) * f(i * f(1 - i)));
      dz[dzAt + H + j] = f(f(dC * C_before) * f(f_t * f(1 - f_t)));
      dz[dzAt + 2 * H + j] = f(f(dC * i) * f(1 - f(g * g)));
      dz[dzAt + 3 * H + j] = f(f(dh * tanhC) * f(o * f(1 - o)));
      for (let gate = 0; gate < 4; gate++) dzX[dzAt + gate * H + j] = dz[dzAt + gate * H + j]!;
      d[dAt + j] = 0;
      d[dAt + H + j] = f(dC * f_t);
    }
  },
};
