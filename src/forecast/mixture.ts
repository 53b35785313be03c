import { fromBfloat16 } from '../maths/bfloat16.ts';
import { exp32 } from '../maths/float32.ts';
import { cut } from './base.ts';

/**
 * A mixture of experts by exponential weights with discounted, delayed losses (Vovk 1990; Cesa-Bianchi and Lugosi, Prediction,
 * Learning, and Games, ch. 2), of each horizon on its own. Expert 0 is the last value: its movement is 0, and the others have to
 * earn their weight against it.
 *
 * This is the reference of the kernel's `mixture.ts`, which does the work with the same constants: the same numbers in the same order.
 */

/** η */
const RATE = 0.15;
/** Discount of past losses. */
const DISCOUNT = 0.997;
/** What an expert other than the last value starts behind, in the exponent, and how fast that fades with each target. */
const PRIOR = 20;
const PRIOR_FADES = 0.02;
/** Losses are Huber's: quadratic up to this many root mean square errors of the mixture, then linear. */
const HUBER = 2;
/** A loss counts as at most this many times the mean loss. */
const LOSS_CUT = 200;
const LOSS_RATE = 0.01;
/** Rate of the mean square error and of the mean movement, and what one target counts as at most. */
const SIZE_RATE = 0.005;
const SQUARE_CUT = 16;
const MOVE_CUT = 100;
/** The first movement counts as at most so many units. */
const FIRST_CUT = 10;
/** Mean square error before there is one. */
const SMALLEST = 1e-9;

/**
 * Numbers of one horizon beside the losses of its experts: targets, mean square error, mean loss, mean |movement|. Those of all
 * horizons lie side by side, [MIXTURE + E][Q].
 */
export const MIXTURE = 4;

/**
 * The mixed movement to horizon q.
 *
 * @param state float32 [MIXTURE + E][Q]: `MIXTURE` numbers, then the losses of the experts 0 … E − 1
 * @param moves what the experts 1 … E − 1 say, [E − 1][Q]
 * @param experts E
 * @param Q horizons
 */
export function mixed(
  state: Float32Array,
  moves: Float64Array,
  experts: number,
  Q: number,
  q: number,
): number {
  const of = (row: number): number => state[row * Q + q]!;
  let best = Infinity;
  for (let e = 0; e < experts; e++) best = Math.min(best, of(MIXTURE + e));
  const norm = of(2) > 0 ? of(2) * (1 - DISCOUNT) : 1;
  const prior = PRIOR / (1 + of(0) * PRIOR_FADES);
  let total = 0;
  let sum = 0;
  for (let e = 0; e < experts; e++) {
    const behind = (RATE * (of(MIXTURE + e) - best)) / norm;
    const weight = exp32(-(e === 0 ? behind : behind + prior));
    total += weight;
    if (e > 0) sum += weight * moves[(e - 1) * Q + q]!;
  }
  return sum / total;
}

/**
 * Takes in that the movement to horizon q was `movement`, of which the mixture had said `mix`.
 *
 * @param said what the experts 1 … E − 1 had said, as bfloat16 [E − 1][Q]
 */
export function blame(
  state: Float32Array,
  said: Uint16Array,
  experts: number,
  Q: number,
  q: number,
  mix: number,
  movement: number,
): void {
  const moved = state[q] === 0 ? cut(movement, FIRST_CUT) : movement;
  const square = state[Q + q]!;
  const edge = HUBER * Math.sqrt(square > 0 ? square : SMALLEST);
  const mean = state[2 * Q + q]!;
  const limit = mean > 0 ? LOSS_CUT * mean : Infinity;
  let sum = 0;
  for (let e = 0; e < experts; e++) {
    const error = Math.abs(e === 0 ? moved : moved - fromBfloat16(said[(e - 1) * Q + q]!));
    const loss = error < edge ? error * error : edge * (2 * error - edge);
    sum += loss;
    const at = (MIXTURE + e) * Q + q;
    state[at] = state[at]! * DISCOUNT + (1 - DISCOUNT) * Math.min(loss, limit);
  }
  const average = sum / experts;
  state[2 * Q + q] = mean === 0 ? average : mean + LOSS_RATE * (Math.min(average, limit) - mean);
  const error = moved - mix;
  state[Q + q] = movedMean(square, error * error, SQUARE_CUT);
  state[3 * Q + q] = movedMean(state[3 * Q + q]!, Math.abs(moved), MOVE_CUT);
  state[q] = state[q]! + 1;
}

/** A mean that one number, cut at `limit` times the mean, has been added to. */
function movedMean(mean: number, next: number, limit: number): number {
  return mean === 0 ? next : mean + SIZE_RATE * (Math.min(next, limit * mean) - mean);
}
