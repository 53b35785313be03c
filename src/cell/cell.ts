import type { CellName } from './cells.ts';

/** Weights of one layer. K = H + I, G = the cell's gates. */
export interface CellWeights {
  /** H, the hidden size. */
  readonly hidden: number;
  /** I, the width of the input. */
  readonly input: number;
  /** [K][G × H], k outermost: first the rows that h meets, then the rows that X meets. */
  readonly W: Float32Array;
  /** [biases × H] those of the gates over [h, X]; of `apart` those over X, then those over h; then what is the cell's own */
  readonly b: Float32Array;
}

/** A recurrence in float32, pure: everything it reads and writes is in its arguments. */
export interface Cell {
  /** As settings and files of models call it. */
  readonly name: CellName;
  /** The plain RNN's σ. */
  readonly activation?: 'tanh' | 'sigmoid' | 'relu';
  /** What the kernel calls it: a name of `kernel/kinds.ts`. */
  readonly kernel: string;
  /** G, gates: columns of W per hidden unit. */
  readonly gates: number;
  /** How many of them, the last, have one sum over h and one over X, each with its bias: the GRU's n, whose reset gate stands between the two. */
  readonly apart: number;
  /** Numbers in b per hidden unit: gates + apart, and beyond them the cell's own. */
  readonly biases: number;
  /** What a file of a model calls the cell's own numbers in b, [own][H]; absent where there are none. */
  readonly ownTensor?: string;
  /** Which gate forgets, where there is one: its bias is what `train.forgetBias` sets. */
  readonly forgetGate?: number;
  /** Numbers of state per hidden unit: 1 (h) or 2 (h, then C). */
  readonly states: number;
  /**
   * One step of one series: (h, C) -> (h, C) in place.
   *
   * The sums run over k in one fixed order (h first, then X, from 0 up), each product and each sum rounded to float32, never
   * across k and never fused: a kernel that vectorises over the outputs gives the same bits.
   *
   * @param state holds h [H], then C [H] where the cell has one, from index `at` on
   * @param x holds X [I] from index `xAt` on
   * @param z workspace of at least biases × H
   */
  step(
    weights: CellWeights,
    state: Float32Array,
    at: number,
    x: Float32Array,
    xAt: number,
    z: Float32Array,
  ): void;
  /** Numbers per hidden unit that a step of a training run keeps for the way back. */
  readonly record: number;
  /** `step` that also keeps what `backward` needs: `record` × H numbers from `recordAt` on. */
  stepAndRecord(
    weights: CellWeights,
    state: Float32Array,
    at: number,
    x: Float32Array,
    xAt: number,
    z: Float32Array,
    record: Float32Array,
    recordAt: number,
  ): void;
  /**
   * The way back through one step: from the gradient of the state after it to that before it, as far as it does not go through W,
   * and to that of the sums z, elementwise.
   *
   * @param h holds h_{t-1} from `hAt` on
   * @param d holds dL/dh_t (then dL/dC_t) from `dAt` on; is left with the part of dL/dh_{t-1} that does not go through W (then dL/dC_{t-1})
   * @param dz receives dL/dz [G × H] for the rows that h meets, from `dzAt` on, and behind it the gradients of what b has beyond G × H
   * @param dzX receives dL/dz [G × H] for the rows that X meets; other than `dz` for gates that are `apart`
   */
  backward(
    weights: CellWeights,
    record: Float32Array,
    recordAt: number,
    h: Float32Array,
    hAt: number,
    d: Float32Array,
    dAt: number,
    dz: Float32Array,
    dzX: Float32Array,
    dzAt: number,
  ): void;
}
