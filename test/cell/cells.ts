import { CELL_NAMES, CELLS } from '../../src/cell/cells.ts';

/** Every cell, with every activation, and what each is called, for `describe.each`. */
export const NAMED_CELLS = CELL_NAMES.flatMap((name) =>
  CELLS[name].map((cell) => [`${name} ${cell.activation ?? ''}`, cell] as const),
);
