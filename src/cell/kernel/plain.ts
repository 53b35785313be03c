// What the experts say that have nothing to learn, and how far all may go: src/forecast/plain.ts and limited.ts, for all horizons in one call.
import { bytes, low, wide } from './lanes';

const SEASON_CUT: f64 = 3;
const UNKNOWN_CUT: f64 = 10;
const MOVE_CUT: f64 = 10;
const FAR: f64 = 1e6;
const MOST_MOVES: f64 = 1e4;
const LEAST_MOVE: f64 = 1e-15;

// @ts-ignore: decorator
@inline
function cut(x: f64, limit: f64): f64 {
  const least = x > limit ? limit : x;
  return least < -limit ? -limit : least;
}

/** A usual level; NaN where no reading has come. */
// @ts-ignore: decorator
@inline
function seen(at: usize): f64 {
  const level = <f64>f32.load(at);
  return level == Infinity ? NaN : level;
}

/**
 * `plainMoves` of the reference, for every horizon.
 *
 * @param moves [3][Q] float64, written
 * @param places [3][Q] i32: place of the target in the profile of the day and in that of the week, and steps from a season ago until now, or
 *   more seasons where the target is so far
 * @param day float32 by place; Infinity where no reading has come; 0: there is no profile; `week` likewise
 * @param past ring of `length` float32, of which now is at `now`; 0: a season ago is not known
 * @param usual [Q] float32: mean |movement|
 */
export function plainMoves(
  moves: usize, Q: i32, places: usize, day: usize, week: usize, past: usize, length: i32, now: i32, usual: usize,
  unit: f64, offset: f64, dayNow: f64, weekNow: f64, spread: f64, toSmoothed: f64,
): void {
  const level = offset / unit;
  const near = SEASON_CUT * spread;
  const row = bytes(Q);
  for (let q = 0; q < Q; q++, places += 4, usual += 4, moves += 8) {
    const toUsual = (day == 0 ? NaN : seen(day + bytes(load<i32>(places)))) - level;
    let season: f64 = 0;
    if (past != 0) {
      const steps = load<i32>(places + 2 * row);
      const place = now >= steps ? now - steps : now - steps + length;
      const toAgo = (<f64>f32.load(past + bytes(place)) - offset) / unit;
      const isNoDay = toUsual + spread;
      season = isNoDay != isNoDay ? cut(toAgo, UNKNOWN_CUT) : toUsual + cut(toAgo - toUsual, near);
    }
    const weekly = (week == 0 ? NaN : seen(week + bytes(load<i32>(places + row)))) - weekNow;
    const size = <f64>f32.load(usual);
    f64.store(moves, season);
    f64.store(moves + wide(Q), weekly != weekly ? toUsual + level - dayNow : weekly);
    f64.store(moves + wide(2 * Q), cut(toSmoothed, size > 0 ? MOVE_CUT * size : FAR));
  }
}

/**
 * `limited` of limited.ts, of what all experts say, in place; and before that `cut` at `moveCutOf` of plain.ts of what the cell says.
 *
 * @param moves [E][Q] float64
 * @param cell which of them is the cell's
 * @param usual [Q] float32: mean |movement|
 */
export function limitMoves(moves: usize, Q: i32, E: i32, cell: i32, usual: usize): void {
  const zero = f64x2.splat(0);
  const far = f64x2.splat(FAR);
  for (let q = 0; q < Q; q += 2) {
    const isPair = q + 1 < Q;
    const size = low(isPair ? v128.load64_zero(usual + bytes(q)) : v128.load32_zero(usual + bytes(q)));
    const cellMost = v128.bitselect(f64x2.mul(size, f64x2.splat(MOVE_CUT)), far, f64x2.gt(size, zero));
    const known = f64x2.pmin(f64x2.mul(size, f64x2.splat(MOST_MOVES)), far);
    const most = v128.bitselect(far, v128.andnot(known, f64x2.lt(size, f64x2.splat(LEAST_MOVE))), f64x2.eq(size, zero));
    let at = moves + wide(q);
    for (let e = 0; e < E; e++, at += wide(Q)) {
      let move = isPair ? v128.load(at) : v128.load64_zero(at);
      if (e == cell) move = cutBoth(move, cellMost);
      move = v128.and(cutBoth(move, most), f64x2.eq(move, move));
      if (isPair) v128.store(at, move);
      else v128.store64_lane(at, move, 0);
    }
  }
}

// @ts-ignore: decorator
@inline
function cutBoth(x: v128, limit: v128): v128 {
  return f64x2.pmax(f64x2.pmin(x, limit), f64x2.neg(limit));
}
