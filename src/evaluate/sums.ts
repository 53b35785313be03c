/**
 * What is summed over the scored targets of one series and horizon, with the power of the values' unit that each is in: 0 for counts
 * and shares, 1 for |error|, 2 for error². So errors are brought to another unit once, at the end.
 */
const UNITS = {
  /** Targets that were scored. */
  count: 0,
  /** Steps that were forecast and had no reading. */
  missing: 0,
  /** Σ|e| and Σe² with e = y − ŷ. */
  error: 1,
  square: 2,
  /** Σ|e/y| over the targets that are not 0, and their number. */
  percent: 0,
  percentCount: 0,
  /** Σ|y| */
  size: 1,
  /** Targets that had a band, and those of them that it held. */
  bands: 0,
  covered: 0,
  /** Sums over the bands: width, pinball losses of the lower and the upper end, interval score. */
  width: 1,
  pinballLo: 1,
  pinballHi: 1,
  winkler: 1,
  /** The last value as the forecast. */
  last: 1,
  lastSquare: 2,
  /** The mean of all values up to the origin as the forecast. */
  mean: 1,
  meanSquare: 2,
  /** The value of one season before the target as the forecast, where there is one; and our own errors over these targets. */
  seasonCount: 0,
  season: 1,
  seasonSquare: 2,
  seasonOwn: 1,
} as const;

export type Sums = { -readonly [K in keyof typeof UNITS]: number };

const NAMES = Object.keys(UNITS) as (keyof Sums)[];

export function noSums(): Sums {
  return Object.fromEntries(NAMES.map((name) => [name, 0])) as Sums;
}

/** Adds sums in the same unit. */
export function addSums(to: Sums, sums: Sums): void {
  for (const name of NAMES) to[name] += sums[name];
}

/** The sums together, each in a unit of its own: 1, or what its errors are divided by. */
export function sumOf(parts: readonly { readonly sums: Sums; readonly unit: number }[]): Sums {
  const total = noSums();
  for (const { sums, unit } of parts) {
    for (const name of NAMES) total[name] += sums[name] / unit ** UNITS[name];
  }
  return total;
}

/** Share of targets that a band is to hold. */
export const LEVEL = 0.9;
const TAIL = (1 - LEVEL) / 2;

/** A target that has come, with everything that was known when it was forecast. */
export interface Target {
  readonly y: number;
  readonly yhat: number;
  /** NaN without a band. */
  readonly lo: number;
  readonly hi: number;
  /** The naive forecasts of the same origin; `season` is NaN where there is none. */
  readonly last: number;
  readonly mean: number;
  readonly season: number;
}

/** Takes a target in. */
export function addTarget(sums: Sums, { y, yhat, lo, hi, last, mean, season }: Target): void {
  const error = Math.abs(y - yhat);
  sums.count++;
  sums.error += error;
  sums.square += error * error;
  sums.size += Math.abs(y);
  if (y !== 0) {
    sums.percent += error / Math.abs(y);
    sums.percentCount++;
  }
  sums.last += Math.abs(y - last);
  sums.lastSquare += (y - last) ** 2;
  sums.mean += Math.abs(y - mean);
  sums.meanSquare += (y - mean) ** 2;
  if (!Number.isNaN(season)) {
    sums.seasonCount++;
    sums.season += Math.abs(y - season);
    sums.seasonSquare += (y - season) ** 2;
    sums.seasonOwn += error;
  }
  if (Number.isNaN(lo) || Number.isNaN(hi)) return;
  sums.bands++;
  if (y >= lo && y <= hi) sums.covered++;
  sums.width += hi - lo;
  sums.pinballLo += pinball(y, lo, TAIL);
  sums.pinballHi += pinball(y, hi, 1 - TAIL);
  sums.winkler += hi - lo + (Math.max(0, lo - y) + Math.max(0, y - hi)) / TAIL;
}

/** Pinball loss of q as the τ-quantile: τ(y − q) above it, (1 − τ)(q − y) below. Koenker & Bassett, "Regression Quantiles", 1978. */
function pinball(y: number, q: number, tau: number): number {
  return y >= q ? tau * (y - q) : (1 - tau) * (q - y);
}
