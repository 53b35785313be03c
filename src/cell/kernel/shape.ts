// What a cell is made of, as `Kernel.shapeOf` writes it from the table of cells: i32 each, in this order.
import { padded } from './lanes';

@unmanaged
export class Shape {
  /** One of kinds.ts. */
  kind: i32;
  /** Gates whose sum runs over h and X together; then those that have one over h and one over X. */
  together: i32;
  apart: i32;
  /** What b has per hidden unit beside the biases of these sums. */
  own: i32;
  /** Per hidden unit: numbers of state, and numbers that a step keeps for the way back. */
  states: i32;
  record: i32;
}

/** Float32 of packed b, and of the sums of a sample and their gradients, which lie as b does: the columns of each product, then b's own, all padded. */
export function columnsOf(cell: Shape, H: i32): i32 {
  return padded(cell.together * H) + 2 * padded(cell.apart * H) + padded(cell.own * H);
}
