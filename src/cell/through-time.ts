import type { Cell, CellWeights } from './cell.ts';

const f = Math.fround;

/**
 * One layer over a window of T steps of B series at once, with everything that the way back needs. K = H + I.
 * Sample s = t × B + series.
 */
export interface LayerWindow {
  readonly steps: number;
  readonly batch: number;
  /** [T × B][K] h_{t-1} beside X_t of each sample; X is given, h is written by `forwardThroughTime`. */
  readonly v: Float32Array;
  /** [B][states × H] the state before the window; the one after it when it has been gone through. */
  readonly state: Float32Array;
  /** [T × B][H] h_t */
  readonly h: Float32Array;
  /** [T × B][record × H] */
  readonly record: Float32Array;
}

/** Gradients of a layer, added to. */
export interface LayerGradients {
  /** [K][G × H] */
  readonly W: Float32Array;
  /** [biases × H] */
  readonly b: Float32Array;
}

/** Goes through a window, step by step. */
export function forwardThroughTime(cell: Cell, weights: CellWeights, window: LayerWindow): void {
  const { hidden: H, input: I } = weights;
  const { steps, batch, v, state, h, record } = window;
  const K = H + I;
  const width = cell.states * H;
  const z = new Float32Array(cell.biases * H);
  for (let s = 0; s < steps * batch; s++) {
    const at = (s % batch) * width;
    for (let j = 0; j < H; j++) v[s * K + j] = state[at + j]!;
    cell.stepAndRecord(weights, state, at, v, s * K + H, z, record, s * cell.record * H);
    for (let j = 0; j < H; j++) h[s * H + j] = state[at + j]!;
  }
}

/**
 * The way back through a window: truncated backpropagation through time (Werbos 1990; Williams and Peng 1990). What came before
 * the window is taken as given.
 *
 * 1. For t from the last step to the first: dL/dh_t from above and from t + 1 → `cell.backward` → dL/dz; dL/dv = W dL/dz, summed
 *    over the columns in order.
 * 2. dL/dW += Σ_s v_s dL/dz_s, and dL/db, summed over the samples in order.
 *
 * @param dh [T × B][H] gradient of each h_t from above
 * @param dx [T × B][I] receives the gradient of each X_t
 */
export function backwardThroughTime(
  cell: Cell,
  weights: CellWeights,
  window: LayerWindow,
  dh: Float32Array,
  dx: Float32Array,
  gradients: LayerGradients,
): void {
  const { hidden: H, input: I, W } = weights;
  const { steps, batch, v, record } = window;
  const K = H + I;
  const columns = cell.gates * H;
  const stride = cell.biases * H;
  const width = cell.states * H;
  const d = new Float32Array(batch * width); // dL/dh_t, then dL/dC_t, as they come from t + 1
  const dz = new Float32Array(steps * batch * stride);
  const dzX = new Float32Array(steps * batch * stride);
  for (let t = steps - 1; t >= 0; t--) {
    for (let series = 0; series < batch; series++) {
      const s = t * batch + series;
      const at = series * width;
      for (let j = 0; j < H; j++) d[at + j] = f(d[at + j]! + dh[s * H + j]!);
      cell.backward(weights, record, s * cell.record * H, v, s * K, d, at, dz, dzX, s * stride);
      for (let k = 0; k < H; k++) d[at + k] = f(d[at + k]! + throughRow(W, k, columns, dz, s * stride));
      for (let k = 0; k < I; k++) dx[s * I + k] = throughRow(W, H + k, columns, dzX, s * stride);
    }
  }
  for (let k = 0; k < K; k++) {
    const from = k < H ? dz : dzX;
    for (let j = 0; j < columns; j++) {
      let sum = gradients.W[k * columns + j]!;
      for (let s = 0; s < steps * batch; s++) sum = f(sum + f(v[s * K + k]! * from[s * stride + j]!));
      gradients.W[k * columns + j] = sum;
    }
  }
  for (let j = 0; j < stride; j++) {
    // the biases of the sums over X; what b has beyond them stands behind the sums over h
    const from = j < columns ? dzX : dz;
    let sum = gradients.b[j]!;
    for (let s = 0; s < steps * batch; s++) sum = f(sum + from[s * stride + j]!);
    gradients.b[j] = sum;
  }
}

/** Σ_j W[k][j] dz_j of the sample that lies from `at` on, over j in order. */
function throughRow(W: Float32Array, k: number, columns: number, dz: Float32Array, at: number): number {
  let sum = 0;
  for (let j = 0; j < columns; j++) sum = f(sum + f(dz[at + j]! * W[k * columns + j]!));
  return sum;
}
