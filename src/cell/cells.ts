import type { Cell } from './cell.ts';
import { gru } from './gru.ts';
import { lstm } from './lstm.ts';
import { rnn, rnnRelu, rnnSigmoid } from './rnn.ts';

/**
 * The cells by name: the one place where a cell is entered. All else is read from what stands in its file: sizes, equations, names in the
 * kernel and in files of models. Where σ can be chosen there is one of each, the usual first.
 */
export const CELLS = {
  rnn: [rnn, rnnSigmoid, rnnRelu],
  lstm: [lstm],
  gru: [gru],
} as const satisfies Readonly<Record<string, readonly [Cell, ...Cell[]]>>;

/** What a cell is called, in settings and in files of models. */
export type CellName = keyof typeof CELLS;

/** All names, in the order of the table. */
export const CELL_NAMES = Object.keys(CELLS) as readonly CellName[];

/** The cell of this name; σ is that of the plain RNN, the others have theirs fixed. */
export function cellOf(name: CellName, activation: 'tanh' | 'sigmoid' | 'relu' = 'tanh'): Cell {
  const all: readonly [Cell, ...Cell[]] = CELLS[name];
  return all.find((cell) => cell.activation === activation) ?? all[0];
}

/** Numbers in b per hidden unit that are no biases of sums: the cell's own, e.g. peepholes. */
export function ownOf({ gates, apart, biases }: Cell): number {
  return biases - gates - apart;
}
