import type { Sums } from './sums.ts';

/** A naive forecast over the same targets. */
export interface BaselineMetrics {
  /** Targets for which there was such a forecast. */
  readonly count: number;
  readonly mse: number | null;
  readonly mae: number | null;
  readonly rmse: number | null;
  /** Our MAE over the same targets as a share of this one's: below 1 is better. Over several series their geometric mean. */
  readonly ratio: number | null;
}

/** How good the forecasts of one horizon were. What cannot be computed is null. Errors are e = y − ŷ. */
export interface Metrics {
  /** Targets that were scored. */
  readonly count: number;
  /** Steps that were forecast and had no reading. */
  readonly missing: number;
  /** Mean of e², of |e|, and the root of the former. */
  readonly mse: number | null;
  readonly mae: number | null;
  readonly rmse: number | null;
  /** Mean |e| over the mean |y_t − y_{t−m}|; over several series the mean of theirs. Hyndman & Koehler, 2006 (see `SeriesScore`). */
  readonly mase: number | null;
  /** Mean |e/y| over the targets that are not 0; and how many were. */
  readonly mape: number | null;
  readonly mapeZeros: number;
  /** Σ|e| / Σ|y|: what comparisons of HTM with others call MAPE. */
  readonly wmape: number | null;
  /** Targets that had a band, the share of them within it, the mean width of the bands. */
  readonly bands: number;
  readonly coverage: number | null;
  readonly width: number | null;
  /** Mean pinball losses of the band's ends as the quantiles 0.05 and 0.95. */
  readonly pinballLo: number | null;
  readonly pinballHi: number | null;
  /** Mean interval score: width + 2/α × what lies outside, α = 0.1. Winkler, 1972; Gneiting & Raftery, 2007, equation 43. */
  readonly winkler: number | null;
  readonly baselines: {
    readonly last: BaselineMetrics;
    readonly seasonal: BaselineMetrics;
    readonly mean: BaselineMetrics;
  };
}

/** The metrics of some sums; `mase` from the scale of their one series, null where it is not known. */
export function metricsOf(sums: Sums, scale: number | null): Metrics {
  const { count, missing, bands, percentCount } = sums;
  const per = (sum: number, n: number): number | null => (n > 0 ? sum / n : null);
  const baseline = (n: number, error: number, square: number, own: number): BaselineMetrics => ({
    count: n,
    mse: per(square, n),
    mae: per(error, n),
    rmse: root(per(square, n)),
    ratio: error > 0 ? own / error : null,
  });
  const mae = per(sums.error, count);
  return {
    count,
    missing,
    mse: per(sums.square, count),
    mae,
    rmse: root(per(sums.square, count)),
    mase: mae !== null && scale !== null && scale > 0 ? mae / scale : null,
    mape: per(sums.percent, percentCount),
    mapeZeros: count - percentCount,
    wmape: sums.size > 0 ? sums.error / sums.size : null,
    bands,
    coverage: per(sums.covered, bands),
    width: per(sums.width, bands),
    pinballLo: per(sums.pinballLo, bands),
    pinballHi: per(sums.pinballHi, bands),
    winkler: per(sums.winkler, bands),
    baselines: {
      last: baseline(count, sums.last, sums.lastSquare, sums.error),
      seasonal: baseline(sums.seasonCount, sums.season, sums.seasonSquare, sums.seasonOwn),
      mean: baseline(count, sums.mean, sums.meanSquare, sums.error),
    },
  };
}

/**
 * The metrics of several series together: of their sums, but for `mase` and the baselines' ratios, which have no unit and are means of
 * those of the series (arithmetic, geometric), so that every series counts alike.
 */
export function metricsOverSeries(sums: Sums, each: readonly Metrics[]): Metrics {
  const whole = metricsOf(sums, null);
  const { last, seasonal, mean } = whole.baselines;
  const over = (name: keyof Metrics['baselines']): number | null =>
    geometricMean(each.map(({ baselines }) => baselines[name].ratio));
  return {
    ...whole,
    mase: arithmeticMean(each.map(({ mase }) => mase)),
    baselines: {
      last: { ...last, ratio: over('last') },
      seasonal: { ...seasonal, ratio: over('seasonal') },
      mean: { ...mean, ratio: over('mean') },
    },
  };
}

/** The geometric mean of what is known and above 0; null of nothing. */
export function geometricMean(values: readonly (number | null)[]): number | null {
  const log = arithmeticMean(values.map((value) => (value !== null && value > 0 ? Math.log(value) : null)));
  return log === null ? null : Math.exp(log);
}

function arithmeticMean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

function root(square: number | null): number | null {
  return square === null ? null : Math.sqrt(square);
}
