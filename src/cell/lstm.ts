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
  gates: 4,
  biases: 4,
  states: 2,
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
};
