import { gru } from './gru.ts';
import { lstm } from './lstm.ts';
import { rnn, rnnRelu, rnnSigmoid } from './rnn.ts';

/** Weights of one layer. K = H + I, G = the cell's number of gates. */
export interface CellWeights {
  /** H, the hidden size. */
  readonly hidden: number;
  /** I, the width of the input. */
  readonly input: number;
  /** [K][G × H], k outermost: first the rows that h meets, then the rows that X meets. */
  readonly W: Float32Array;
  /** [biases × H] */
  readonly b: Float32Array;
}

/** A recurrence in float32, pure: everything it reads and writes is in its arguments. */
export interface Cell {
  readonly name: 'rnn' | 'lstm' | 'gru';
  /** The plain RNN's σ. */
  readonly activation?: 'tanh' | 'sigmoid' | 'relu';
  /** G, gates: columns of W per hidden unit. */
  readonly gates: number;
  /** Numbers in b per hidden unit. */
  readonly biases: number;
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
   * @param z workspace of at least 4 × H
   */
  step(
    weights: CellWeights,
    state: Float32Array,
    at: number,
    x: Float32Array,
    xAt: number,
    z: Float32Array,
  ): void;
}

/** The cell of this name. */
export function cellOf(name: Cell['name'], activation: 'tanh' | 'sigmoid' | 'relu' = 'tanh'): Cell {
  switch (name) {
    case 'rnn':
      return { tanh: rnn, sigmoid: rnnSigmoid, relu: rnnRelu }[activation];
    case 'lstm':
      return lstm;
    case 'gru':
      return gru;
  }
}
