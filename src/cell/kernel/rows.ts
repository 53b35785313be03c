// What the stages behind `recur` do with all rows of a block, each of another series: see Block of src/forecast/block.ts.
import { reachOfOne, tellBands, trackBands, trackReach } from './bands';
import { loadHalf } from './bfloat16';
import { DRIFT, trackDrift } from './drift';
import { headMoves } from './head';
import { anchorOf, isWarm, Kept, ringPlace, unitOf } from './kept';
import { bytes, wide } from './lanes';
import { countScores, matured, standing } from './matured';

/** A block, and room to compute with: byte offsets. */
@unmanaged
export class Block {
  /** [n] u32: byte offsets of the rows of the series. */
  rows: usize;
  /** [n] float64 */
  index: usize;
  /** [n][T] float64: what was observed; NaN: nothing. */
  observed: usize;
  /** [Q] i32 and [Q] float64: see `matured`. */
  places: usize;
  errors: usize;
  changes: usize;
  moved: usize;
}

// @ts-ignore: decorator
@inline
function mature(kept: Kept, block: Block, row: usize, c: i32, index: f64, y: f64, unit: f64): void {
  const moves = row + kept.moves + bytes(c * kept.Q);
  matured(
    kept.horizons, kept.Q, kept.ring, kept.channels, index, ringPlace(index, kept.ring), row + kept.stamps + wide(c * kept.ring),
    row + kept.values + wide(c), moves, y, unit, 0, block.places, block.errors, block.changes, block.moved,
  );
}

/** Bytes from a step's reaches to those of the next. */
// @ts-ignore: decorator
@inline
function strideOfReaches(kept: Kept): i32 {
  return bytes(kept.channels * kept.Q) as i32;
}

/**
 * `score` of the rows: what has come is held against what was forecast of it.
 *
 * @param days [n] float64: steps of a day
 * @param counts [T][Q][2] i32, bytes from the beginning of a row; `lives` [T][Q][2] float32, `sums` [T][Q][4] float64 and `standings` [T][S]
 *   u16 likewise
 * @param watched [S] i32: places among the horizons of those whose coverage is looked at
 * @param turned [n × T × S] i32, written: of those whose coverage stands elsewhere now (row × T + channel) × S + place, ascending
 * @returns how many they are
 */
export function scoreRows(
  kept: Kept, block: Block, n: i32, days: usize, counts: i32, lives: i32, sums: i32, standings: i32, watched: usize, S: i32,
  level: f64, tolerance: f64, turned: usize,
): i32 {
  let turns = 0;
  const T = kept.channels;
  const Q = kept.Q;
  for (let i = 0; i < n; i++) {
    const row: usize = load<u32>(block.rows + bytes(i));
    const index = f64.load(block.index + wide(i));
    const day = f64.load(days + wide(i));
    for (let c = 0; c < T; c++) {
      const y = f64.load(block.observed + wide(i * T + c));
      if (y != y) continue;
      const unit = unitOf(kept, row, c);
      const first = f64.load(row + kept.pastFirst + wide(c));
      const known = first == 0 ? 0 : min(<f64>kept.pastRing, index - first + 1);
      const isDayKnown = day > 0 && day < known;
      let sinceDay: f64 = NaN;
      if (isDayKnown) {
        const at = c * kept.pastRing + ringPlace(index - day, kept.pastRing);
        sinceDay = y - (<f64>f32.load(row + kept.past + bytes(at)) + anchorOf(kept, row, c));
      }
      mature(kept, block, row, c, index, y, unit);
      countScores(
        kept.horizons, Q, isDayKnown ? <i32>day : 0, sinceDay, block.errors, block.changes, block.places,
        row + kept.reaches + bytes(c * Q), strideOfReaches(kept), unit, row + counts + 8 * c * Q, row + lives + 8 * c * Q,
        row + sums + 32 * c * Q,
      );
      for (let s = 0; s < S; s++) {
        const q = load<i32>(watched + bytes(s));
        const at = row + standings + 2 * (c * S + s);
        const before = <i32>load<u16>(at);
        const h = load<i32>(kept.horizons + bytes(q));
        const after = standing(before, row + lives + 8 * (c * Q + q), load<i32>(row + counts + 8 * (c * Q + q)), h, level, tolerance);
        if (after == before) continue;
        store<u16>(at, <u16>after);
        store<i32>(turned + bytes(turns++), (i * T + c) * S + s);
      }
    }
  }
  return turns;
}

/** The errors of the forecasts whose targets have come with these rows move the bands. */
export function trackRows(kept: Kept, block: Block, n: i32, rate: f64): void {
  const T = kept.channels;
  const Q = kept.Q;
  const nearest = load<i32>(kept.horizons);
  for (let i = 0; i < n; i++) {
    const row: usize = load<u32>(block.rows + bytes(i));
    const index = f64.load(block.index + wide(i));
    for (let c = 0; c < T; c++) {
      const y = f64.load(block.observed + wide(i * T + c));
      if (y != y) continue;
      const unit = unitOf(kept, row, c);
      const sizes = row + kept.sizes + 24 * c * Q;
      mature(kept, block, row, c, index, y, unit);
      const error = f64.load(block.errors);
      if (error == error) {
        const far = row + kept.outer + bytes(ringPlace(index - <f64>nearest, kept.near) * T + c);
        trackReach(sizes, row + kept.outerReach + wide(c), 1, 0, rate, kept.outerLevel, error, far, unit);
      }
      trackBands(
        sizes, row + kept.reach + 8 * c * Q * kept.B, Q, kept.B, kept.main, rate, kept.levels, block.errors, block.places,
        row + kept.reaches + bytes(c * Q), strideOfReaches(kept), unit,
      );
    }
  }
}

/** Steps of a channel before the first anomaly. */
const WARM_UP: f64 = 200;

/**
 * `detect` of the rows: what has come is held against the outer band that was issued for it at the nearest horizon.
 *
 * @param drifts [T][7] float64, bytes from the beginning of a row
 * @param found the columns of `Detected`, [n][T] float64 each, written; `stride` bytes from one to the next
 */
export function detectRows(kept: Kept, block: Block, n: i32, drifts: i32, found: usize, stride: usize): void {
  const T = kept.channels;
  const nearest = <f64>load<i32>(kept.horizons);
  for (let i = 0; i < n; i++) {
    const row: usize = load<u32>(block.rows + bytes(i));
    const before = f64.load(block.index + wide(i)) - nearest;
    for (let c = 0; c < T; c++, found += 8) {
      const score = found + stride;
      const expected = score + stride;
      const outerLo = expected + stride;
      const outerHi = outerLo + stride;
      const drift = outerHi + stride;
      const usualError = drift + stride;
      f64.store(found, 0);
      f64.store(score, NaN);
      f64.store(expected, NaN);
      f64.store(outerLo, NaN);
      f64.store(outerHi, NaN);
      f64.store(drift, 0);
      f64.store(usualError, NaN);
      const y = f64.load(block.observed + wide(i * T + c));
      if (y != y || before <= 0) continue;
      const ring = ringPlace(before, kept.ring);
      if (f64.load(row + kept.stamps + wide(c * kept.ring + ring)) != before) continue;
      const unit = unitOf(kept, row, c);
      const place = ring * T + c;
      const yhat = f64.load(row + kept.values + wide(place)) + unit * <f64>f32.load(row + kept.moves + bytes(place * kept.Q));
      const reach = row + kept.outer + bytes(ringPlace(before, kept.near) * T + c);
      const hi = yhat + unit * loadHalf(reach);
      const lo = yhat - unit * loadHalf(reach + 2);
      f64.store(expected, yhat);
      if (isWarm(kept, row, c)) {
        const state = row + drifts + c * DRIFT;
        f64.store(usualError, min(f64.MAX_VALUE, unit * f64.load(state, 8)));
        f64.store(drift, <f64>trackDrift(state, (y - yhat) / unit));
      }
      if (lo != lo || hi != hi) continue;
      f64.store(outerLo, lo);
      f64.store(outerHi, hi);
      const half = (hi - lo) / 2;
      if (half > 0) f64.store(score, abs(y - (hi + lo) / 2) / half);
      const first = f64.load(row + kept.pastFirst + wide(c));
      const age = first == 0 ? 0 : before - first + 1;
      if (age >= WARM_UP && (y < lo || y > hi)) f64.store(found, 1);
    }
  }
}

/**
 * The movements that the model's head says, to where the forecasts are kept.
 *
 * @param values [n][T] float64: what the forecasts begin at; NaN: nothing is forecast
 * @param heads [T][2] i32: byte offsets of W and b
 * @param hidden [n][H] float32
 * @param means [n][T] float64; `spreads` likewise
 */
export function headRows(
  kept: Kept, block: Block, n: i32, values: usize, heads: usize, H: i32, O: i32, known: i32, hidden: usize, means: usize,
  spreads: usize, said: usize, out: usize,
): void {
  const T = kept.channels;
  const Q = kept.Q;
  for (let i = 0; i < n; i++) {
    const row: usize = load<u32>(block.rows + bytes(i));
    const place = ringPlace(f64.load(block.index + wide(i)), kept.ring) * T;
    for (let c = 0; c < T; c++) {
      const at = wide(i * T + c);
      const y = f64.load(values + at);
      if (y != y) continue;
      const to = row + kept.moves + bytes((place + c) * Q);
      const unit = unitOf(kept, row, c);
      if (unit == 0) {
        memory.fill(to, 0, bytes(Q));
        continue;
      }
      const head = heads + 8 * c;
      headMoves(
        load<u32>(head), load<u32>(head, 4), H, O, known, hidden + bytes(i * H), kept.horizons, Q, f64.load(means + at),
        f64.load(spreads + at), y, unit, said, out,
      );
      for (let q = 0; q < Q; q++) f32.store(to + bytes(q), <f32>f64.load(out + wide(q)));
    }
  }
}

/**
 * The movements of the rows as forecasts with a band, and how far that reaches to where its targets will find it.
 *
 * @param values [n][T] float64: what the forecasts begin at; NaN: nothing is forecast
 * @param yhat [n][T][Q] float64, written; `lo` and `hi` likewise
 */
export function tellRows(kept: Kept, block: Block, n: i32, values: usize, yhat: usize, lo: usize, hi: usize): void {
  const T = kept.channels;
  const Q = kept.Q;
  for (let i = 0; i < n; i++) {
    const row: usize = load<u32>(block.rows + bytes(i));
    const index = f64.load(block.index + wide(i));
    const place = ringPlace(index, kept.ring) * T;
    const near = ringPlace(index, kept.near) * T;
    for (let c = 0; c < T; c++, yhat += wide(Q), lo += wide(Q), hi += wide(Q)) {
      const y = f64.load(values + wide(i * T + c));
      if (y != y) {
        for (let q = 0; q < Q; q++) {
          f64.store(yhat + wide(q), NaN);
          f64.store(lo + wide(q), NaN);
          f64.store(hi + wide(q), NaN);
        }
        continue;
      }
      const unit = unitOf(kept, row, c);
      const sizes = row + kept.sizes + 24 * c * Q;
      const reaches = row + kept.reaches + bytes((place + c) * Q);
      tellBands(
        sizes, row + kept.reach + 8 * c * Q * kept.B, Q, kept.B, kept.main, y, unit, row + kept.moves + bytes((place + c) * Q), reaches,
        yhat, lo, hi, 0, 0,
      );
      const outer = reachOfOne(sizes, row + kept.outerReach + wide(c), unit);
      const to = row + kept.outer + bytes(near + c);
      store<u16>(to, max(<u16>i32x4.extract_lane(outer, 0), load<u16>(reaches)));
      store<u16>(to, max(<u16>i32x4.extract_lane(outer, 1), load<u16>(reaches, 2)), 2);
    }
  }
}
