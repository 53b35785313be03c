/** Periods that are looked for, in steps. */
const SHORTEST = 4;
const LONGEST = 144;
/** The values must hold a period so many times. */
const TIMES = 2;
/** Differences are taken over the power of two of steps that goes at least so often into a period: a period and its double have the same. */
const DIFFERENCES = 9;
/** A difference counts as at most so many times the mean one, taken anew while only so few are cut: strays, which would raise it. */
const CUT = 4;
const STRAYS = 4;
/** Student's t of the correlation from which on a period is one, and from which on the one that is known still is. */
const ENOUGH = 5.5;
const STILL_ENOUGH = 2.75;
/** Least correlation, and how far above the least one at a shorter lag. */
const LEAST = 0.3;
const RISE = 0.3;
/** Of two periods whose correlations are so near one another, the shorter is one. */
const NEAR = 0.1;
/** Between a period and its multiple lie others, which correlate at least this part as much. */
const HALF = 0.5;
/** So few independent differences say nothing. */
const FEW = 5;
/** The kurtosis of normal differences; of fewer that stand out it is larger. */
const NORMAL = 3;
/** 1 − r² is at least this. */
const SMALLEST = 1e-9;

/** A period that values have. */
export interface Period {
  readonly steps: number;
  /** Correlation of the differences at it. */
  readonly correlation: number;
  /** … and at the period that was known, by the same differences; 0 where there was none. */
  readonly known: number;
}

/** Workspace: differences over s steps, the sums of their squares, correlations by lag. */
const differences = new Float64Array(2 * LONGEST + 1);
const squares = new Float64Array(2 * LONGEST + 2);
const r = new Float64Array(LONGEST + 2);

/**
 * The period of a series, from 4 to 144 steps, where its values show one beyond doubt.
 *
 * 1. Looked at are differences over s steps, where s is a ninth of the period or less, down to an eighteenth: they do not see the level, and of a
 *    random walk those that do not overlap are independent. The trend is taken off, and rare large ones are cut.
 * 2. A period is a lag at which their correlation r has a peak, above what lies before it, with t = r √n / √(1 − r²) >= 5.5: n is the
 *    number of independent ones, by Bartlett's formula (the squares of r until it first falls to 0, and over 2s lags) and by their kurtosis.
 * 3. Of several the shortest is taken whose correlation, by the same differences, is within 0.1 of the best; a period that is a multiple of
 *    one is that one.
 *
 * @param values of which the first n count, oldest first; n <= 289
 * @param known a period that was found before, which half the t is enough for; 0: none
 */
export function periodOf(values: Float64Array, n: number, known = 0): Period | undefined {
  let best: Period | undefined;
  let most = -NEAR;
  for (let s = 1; s * DIFFERENCES <= LONGEST; s *= 2) {
    const count = n - s;
    const first = s === 1 ? SHORTEST : s * DIFFERENCES;
    const last = Math.min(LONGEST, 2 * s * DIFFERENCES - 1, Math.floor(n / TIMES));
    if (last < first) break;
    const share = takeDifferences(values, n, s);
    if (share === 0) continue;
    const overlap = takeCorrelations(last + 1, count, s);
    if (best) most = Math.max(most, r[best.steps]!);
    let least = 1;
    for (let lag = 1; lag <= last; lag++) {
      const independent = (share * (count - lag)) / overlap;
      const bar = Math.abs(lag - known) <= 1 ? STILL_ENOUGH : ENOUGH;
      const isOne =
        lag >= first &&
        isPeak(lag) &&
        r[lag]! >= Math.max(LEAST, least + RISE) &&
        independent > FEW &&
        r[lag]! * Math.sqrt(independent) >= bar * Math.sqrt(Math.max(SMALLEST, 1 - r[lag]! * r[lag]!));
      if (isOne && r[lag]! > most + NEAR) {
        most = r[lag]!;
        const steps = fundamental(lag, s);
        best = { steps, correlation: r[steps]!, known: known > 0 ? correlation(known, count) : 0 };
      }
      least = Math.min(least, r[lag]!);
    }
  }
  return best;
}

/** The shortest period of which `lag` is a multiple, as all those between them are. */
function fundamental(lag: number, s: number): number {
  for (let times = Math.floor(lag / Math.max(SHORTEST, 2 * s)); times > 1; times--) {
    const about = Math.round(lag / times);
    const steps = [about, about - 1, about + 1].find((each) => isPeak(each) && r[each]! >= r[lag]! - NEAR);
    if (steps === undefined || steps < SHORTEST) continue;
    let isOne = true;
    for (let i = 2; i < times; i++) isOne &&= r[Math.round((i * lag) / times)]! >= HALF * r[lag]!;
    if (isOne) return steps;
  }
  return lag;
}

function isPeak(lag: number): boolean {
  return r[lag]! >= r[lag - 1]! && r[lag]! >= r[lag + 1]!;
}

/** Puts the differences over s steps in place; says what share of them stands out, by their kurtosis: 1 of normal ones, 0 where there are none. */
function takeDifferences(values: Float64Array, n: number, s: number): number {
  const count = n - s;
  const trend = ((values[n - 1]! - values[0]!) / (n - 1)) * s;
  for (let t = 0; t < count; t++) differences[t] = values[t + s]! - values[t]! - trend;
  const limit = limitOf(count);
  if (!(limit > 0)) return 0;
  let fourth = 0;
  squares[0] = 0;
  for (let t = 0; t < count; t++) {
    const each = Math.max(-1, Math.min(1, differences[t]! / limit));
    differences[t] = each;
    squares[t + 1] = squares[t]! + each * each;
    fourth += each * each * (each * each);
  }
  return Math.min(1, (NORMAL * squares[count]! * squares[count]!) / (fourth * count));
}

/** Where the differences are cut; 0 where there are none. */
function limitOf(count: number): number {
  let limit = Infinity;
  for (;;) {
    let sum = 0;
    for (let t = 0; t < count; t++) sum += Math.min(limit, Math.abs(differences[t]!));
    const next = (CUT * sum) / count;
    let cut = 0;
    for (let t = 0; t < count; t++) if (Math.abs(differences[t]!) > next) cut++;
    if (cut === 0 || cut > STRAYS || next >= limit / 2) return next;
    limit = next;
  }
}

/** Puts the correlations at the lags 0 … last in place; says how many differences count as one. */
function takeCorrelations(last: number, count: number, s: number): number {
  let overlap = 1;
  let isFalling = true;
  r[0] = 1;
  for (let lag = 1; lag <= last; lag++) {
    const each = correlation(lag, count);
    r[lag] = each;
    if (each <= 0) isFalling = false;
    if (isFalling || lag <= 2 * s) overlap += 2 * each * each;
  }
  return overlap;
}

/** Correlation of the differences with those `lag` steps before; 0 where there are none. */
function correlation(lag: number, count: number): number {
  let [even, odd] = [0, 0]; // two sums are nearly twice as fast as one
  let t = lag;
  for (; t + 1 < count; t += 2) {
    even += differences[t]! * differences[t - lag]!;
    odd += differences[t + 1]! * differences[t + 1 - lag]!;
  }
  if (t < count) even += differences[t]! * differences[t - lag]!;
  const energy = lag < count ? (squares[count]! - squares[lag]!) * squares[count - lag]! : 0;
  return energy > 0 ? (even + odd) / Math.sqrt(energy) : 0;
}
