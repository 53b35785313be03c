import { seededRandom } from '../../model/random.ts';

/** How often is drawn anew; with 999 the 25th and the 975th in order are the ends of the middle 95 %. */
const RESAMPLES = 999;
const TAIL = 25;
const SEED = 1;
/** Stretches below which nothing is said. */
const LEAST = 10;

/** What the interval is made by, for a document. */
export const METHOD = {
  name: 'paired block bootstrap, percentiles',
  resamples: RESAMPLES,
  seed: SEED,
  level: (RESAMPLES + 1 - 2 * TAIL) / (RESAMPLES + 1),
  leastStretches: LEAST,
} as const;

/** Σ|e| of one series at one horizon: [stretches] of A and of another side, over the same targets. */
export interface StretchErrors {
  readonly a: Float64Array;
  readonly other: Float64Array;
}

/** How the errors of another side are to those of A, and how sure that is. */
export interface Ratio {
  /** Geometric mean over the series of Σ|e| of the other one over that of A; below 1 the other is better. Null of nothing. */
  readonly ratio: number | null;
  /** The middle 95 % of the same when the stretches are drawn anew; null of too few. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface Ratios {
  readonly byHorizon: readonly Ratio[];
  /** Over all horizons: the geometric mean. */
  readonly all: Ratio;
  /** Stretches in which the other's errors were smaller and larger than A's, over all horizons. */
  readonly better: number;
  readonly worse: number;
}

/**
 * Ratios of errors with intervals that errors which hang together do not fool: whole stretches of time are drawn, with replacement, as many as there are, and all
 * series and horizons and both sides of a stretch stay together.
 *
 * E. Carlstein, "The Use of Subseries Values for Estimating the Variance of a General Statistic from a Stationary Sequence", Annals of Statistics 14 (1986);
 * A. C. Davison, D. V. Hinkley, "Bootstrap Methods and their Application", 1997, section 8.2. The seed is fixed: the same errors give the same numbers.
 *
 * @param errors [horizons][series]
 * @param stretches how many there are, all with some target
 */
export function ratiosOf(errors: readonly (readonly StretchErrors[])[], stretches: number): Ratios {
  const draws = stretches < LEAST ? [] : drawsOf(stretches);
  const each = Array.from({ length: stretches }, (_, i) => oneOf(stretches, i));
  const [whole, ...others] = logRatios(errors, [new Float64Array(stretches).fill(1), ...draws, ...each]);
  const drawn = others.slice(0, draws.length);
  const alone = others.slice(draws.length).map(mean);
  return {
    byHorizon: whole!.map((log, j) =>
      interval(
        log,
        drawn.map((horizons) => horizons[j]!),
      ),
    ),
    all: interval(mean(whole!), drawn.map(mean)),
    better: alone.filter((log) => log !== null && log < 0).length,
    worse: alone.filter((log) => log !== null && log > 0).length,
  };
}

/** [resamples][stretches] how often each stretch is drawn. */
function drawsOf(stretches: number): readonly Float64Array[] {
  const random = seededRandom(SEED);
  return Array.from({ length: RESAMPLES }, () => {
    const times = new Float64Array(stretches);
    for (let i = 0; i < stretches; i++) times[Math.floor(random() * stretches)]!++;
    return times;
  });
}

function oneOf(stretches: number, i: number): Float64Array {
  const times = new Float64Array(stretches);
  times[i] = 1;
  return times;
}

/** [draws][horizons] mean over the series of ln(Σ|e| of the other / Σ|e| of A), each stretch counted so many times. */
function logRatios(
  errors: readonly (readonly StretchErrors[])[],
  draws: readonly Float64Array[],
): readonly (readonly (number | null)[])[] {
  const byHorizon = errors.map((series) => {
    const sums = new Float64Array(draws.length);
    const counts = new Float64Array(draws.length);
    for (const { a, other } of series) {
      for (let d = 0; d < draws.length; d++) {
        const times = draws[d]!;
        let sumA = 0;
        let sumOther = 0;
        for (let i = 0; i < times.length; i++) {
          sumA += times[i]! * a[i]!;
          sumOther += times[i]! * other[i]!;
        }
        // without an error, or without a target in what was drawn, a series says nothing
        if (!(sumA > 0 && sumOther > 0)) continue;
        sums[d]! += Math.log(sumOther / sumA);
        counts[d]!++;
      }
    }
    return Array.from(sums, (sum, d) => (counts[d]! > 0 ? sum / counts[d]! : null));
  });
  return draws.map((_, d) => byHorizon.map((logs) => logs[d]!));
}

function interval(log: number | null, drawn: readonly (number | null)[]): Ratio {
  const sorted = drawn.filter((each) => each !== null).toSorted((a, b) => a - b);
  const isKnown = sorted.length === RESAMPLES;
  return {
    ratio: log === null ? null : Math.exp(log),
    low: isKnown ? Math.exp(sorted[TAIL - 1]!) : null,
    high: isKnown ? Math.exp(sorted[RESAMPLES - TAIL]!) : null,
  };
}

function mean(values: readonly (number | null)[]): number | null {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (value === null) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : null;
}
