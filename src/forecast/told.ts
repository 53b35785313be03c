import { fromBfloat16, toBfloat16 } from '../maths/bfloat16.ts';
import { bandScale } from './band.ts';
import { cut } from './base.ts';

/** Forecasts are numbers: they end here. */
const LARGEST = 1.7e308;
/** No band is wider, in units. */
const WIDEST = 1e38;

/** Where the bands of one horizon go: each [B]. */
export interface Told {
  readonly los: Float64Array;
  readonly his: Float64Array;
  /** [2] how far the main band reaches above and below, in units, as bfloat16. */
  readonly reaches: Uint16Array;
}

/**
 * The forecast y + unit × move of one horizon, which it returns, and its bands. Bands are told as they are kept, so that what is scored is
 * what was said; each reaches at least as far as the one inside it. NaN before there are bands.
 *
 * This is the reference of the kernel's `tellBands`, which does the work: the same numbers in the same order.
 *
 * @param sizes `BAND` float64 from `at` on
 * @param reach u and l of each level, side by side, from `reachAt` on
 * @param main place among the levels of the main band
 */
export function tell(
  sizes: Float64Array,
  at: number,
  reach: Float32Array,
  reachAt: number,
  main: number,
  y: number,
  unit: number,
  move: number,
  { los, his, reaches }: Told,
): number {
  const yhat = cut(y + unit * move, LARGEST);
  const scale = bandScale(sizes, at);
  let [u, l] = [0, 0];
  for (let b = 0; b < los.length; b++) {
    u = Math.max(u, reach[reachAt + 2 * b]!);
    l = Math.max(l, reach[reachAt + 2 * b + 1]!);
    const [above, below] = [inUnits(u * scale, unit), inUnits(l * scale, unit)];
    his[b] = cut(yhat + unit * fromBfloat16(above), LARGEST);
    los[b] = cut(yhat - unit * fromBfloat16(below), LARGEST);
    if (b === main) reaches.set([above, below]);
  }
  return yhat;
}

/** A reach in units as bfloat16, whose bits are in the order of the numbers; none stays none. */
export function inUnits(reach: number, unit: number): number {
  return toBfloat16(unit > 0 ? cut(reach / unit, WIDEST) : Number.isFinite(reach) ? 0 : NaN);
}
