export { adam, biasGradient, sumOfSquares, transpose, weightGradient } from './gradient';
export { product } from './product';
export { backwardWindow, forwardWindow, gradientsOfWindow, transposeWeights } from './window';
import { gruStep, lstmStep, rnnStep } from './cells';

/** Cells as the caller names them. */
const LSTM = 3;
const GRU = 4;

/**
 * Steps every row of a frame in order, in place.
 *
 * @param cell 0 RNN tanh, 1 RNN sigmoid, 2 RNN ReLU, 3 LSTM, 4 GRU
 * @param n rows
 * @param states n byte offsets (u32): where each row's series has its state, layer behind layer
 * @param x inputs of the first layer, [n][I] float32
 * @param layers for each layer the byte offsets of its packed W and b, and its I (u32 each)
 * @param width float32 of state per layer
 * @param hidden [n][H] float32: where h of the top layer goes
 * @param z workspace
 */
export function stepFrame(
  cell: i32, n: i32, states: usize, x: usize, layers: usize, layerCount: i32, H: i32, width: i32, hidden: usize, z: usize,
): void {
  const bytesOfLayer = (<usize>width) << 2;
  const bytesOfHidden = (<usize>H) << 2;
  const bytesOfX = (<usize>load<u32>(layers, 8)) << 2;
  let row = x;
  let out = hidden;
  for (let i = 0; i < n; i++) {
    let h: usize = load<u32>(states + ((<usize>i) << 2));
    let below = row;
    for (let l = 0; l < layerCount; l++) {
      const layer = layers + <usize>l * 12;
      const W: usize = load<u32>(layer);
      const b: usize = load<u32>(layer, 4);
      const I: i32 = load<i32>(layer, 8);
      if (cell == LSTM) lstmStep(W, b, H, I, h, below, z);
      else if (cell == GRU) gruStep(W, b, H, I, h, below, z);
      else rnnStep(W, b, H, I, cell, h, below, z);
      below = h;
      h += bytesOfLayer;
    }
    memory.copy(out, below, bytesOfHidden);
    out += bytesOfHidden;
    row += bytesOfX;
  }
}
