// What a series keeps of its forecasts: where it lies in a row, as `kept` of src/forecast/kept.ts writes it. i32 each, in this order.

@unmanaged
export class Kept {
  /** T and Q; byte offset of the horizons [Q] i32. */
  channels: i32;
  Q: i32;
  horizons: i32;
  /** Steps of the rings of forecasts, of outer bands and of the past. */
  ring: i32;
  near: i32;
  pastRing: i32;
  /** Bands: how many levels, which of them is the main one, and byte offsets of the tables of `trackBands`. */
  B: i32;
  main: i32;
  levels: i32;
  outerLevel: i32;
  /** Bytes from the beginning of a row. */
  base: i32;
  past: i32;
  pastFirst: i32;
  stamps: i32;
  values: i32;
  moves: i32;
  reaches: i32;
  outer: i32;
  sizes: i32;
  reach: i32;
  outerReach: i32;
}

/** Float64 that a channel has in `base`; the anchor is the first, the unit the second. */
const BASE = 10;

// @ts-ignore: decorator
@inline
export function anchorOf(kept: Kept, row: usize, channel: i32): f64 {
  return f64.load(row + kept.base + channel * BASE * 8);
}

// @ts-ignore: decorator
@inline
export function unitOf(kept: Kept, row: usize, channel: i32): f64 {
  return f64.load(row + kept.base + channel * BASE * 8, 8);
}

/** Whether a channel has forecasts of its own: `Base.age` above 0. */
// @ts-ignore: decorator
@inline
export function isWarm(kept: Kept, row: usize, channel: i32): bool {
  return f64.load(row + kept.base + channel * BASE * 8, 40) < 0;
}

/** index % length, for whole numbers from 0 up. */
// @ts-ignore: decorator
@inline
export function ringPlace(index: f64, length: i32): i32 {
  return <i32>(index - Math.floor(index / <f64>length) * <f64>length);
}
