import { cellOf } from '../../src/cell/cell.ts';

/** Every cell, with every activation. */
export const CELLS = [
  cellOf('rnn', 'tanh'),
  cellOf('rnn', 'sigmoid'),
  cellOf('rnn', 'relu'),
  cellOf('lstm'),
  cellOf('gru'),
] as const;

/** The same with what each is called, for `describe.each`. */
export const NAMED_CELLS = CELLS.map((cell) => [`${cell.name} ${cell.activation ?? ''}`, cell] as const);
