import { cut, FAR } from './base.ts';

/** No expert says more than so many mean movements, and none anything where these are lost in the unit: their squares would be 0. */
const MOST_MOVES = 1e4;
const LEAST_MOVE = 1e-15;

/**
 * What an expert may say of a movement, in units: 0 where it says nothing.
 *
 * This is the reference of the kernel's `limitMoves`, which does the work: the same numbers in the same order.
 *
 * @param usual mean |movement| to this horizon; 0: none has been seen
 */
export function limited(move: number, usual: number): number {
  const most = usual === 0 ? FAR : usual < LEAST_MOVE ? 0 : Math.min(FAR, MOST_MOVES * usual);
  return Number.isNaN(move) ? 0 : cut(move, most);
}
