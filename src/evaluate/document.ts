import type { Evaluated } from './evaluate.ts';
import { geometricMean, type Metrics, metricsOf, metricsOverSeries } from './metrics.ts';
import type { Phase } from './plan.ts';
import type { Prequential } from './prequential.ts';
import { rangeText } from './row-range.ts';
import type { EventCounts, SeriesScore } from './series-score.ts';
import { LEVEL, type Sums, sumOf } from './sums.ts';

/** The metrics of one horizon. */
export interface HorizonMetrics extends Metrics {
  /** Steps ahead; with `averageSteps` all steps 1 to this. */
  readonly horizon: number;
}

/** The metrics of one channel of one series. */
export interface SeriesMetrics {
  readonly series: string;
  /** Name of the channel; empty for series of one number. */
  readonly channel: string;
  /** Number of the file (or partition) that it is from, from 0. */
  readonly partition: number;
  readonly readings: number;
  /** What its errors are divided by: 1, or its standard deviation over the rows of `standardizeOn`. */
  readonly unit: number;
  /** m of the seasonal naive forecast, in steps; 0 where there is none. */
  readonly season: number;
  /** Geometric mean over the horizons of our MAE over that of the last value; what the series are sorted by. */
  readonly ratioToLast: number | null;
  readonly byHorizon: readonly HorizonMetrics[];
  /** How often drift was found, and a live coverage left its tolerance or came back, by kind. */
  readonly events: EventCounts;
}

/** The scores of one stretch of rows. */
export interface Scores {
  /** Rows that the targets are from, `A..B`. */
  readonly rows: string;
  /** Over all series. Without `standardizeOn` mse, mae and what else has a unit mixes those of the series. */
  readonly byHorizon: readonly HorizonMetrics[];
  /** Worst first. */
  readonly bySeries: readonly SeriesMetrics[];
}

/** An evaluation as a document: what `foretide evaluate --json` prints. Its keys may be added to, and change with `schema` alone. */
export interface EvaluationDocument {
  readonly schema: 1;
  readonly pipeline: string;
  readonly model: {
    readonly name: string;
    readonly cell: string;
    readonly hidden: number;
    readonly fingerprint: string;
    readonly bytesPerSeries: number;
  };
  readonly data: {
    readonly from: readonly string[];
    readonly series: number;
    readonly records: number;
    readonly readings: number;
    readonly missingValues: number;
    readonly unusable: Readonly<Record<string, number>>;
    /** ISO 8601, null of no reading. */
    readonly firstTime: string | null;
    readonly lastTime: string | null;
    /** False where it was stopped before the end. */
    readonly complete: boolean;
  };
  readonly protocol: {
    readonly horizons: readonly number[];
    readonly averageSteps: boolean;
    readonly season: number | 'day';
    readonly standardizeOn: string | null;
    readonly validate: string | null;
    readonly score: string;
    /** Share of targets that the bands are to hold. */
    readonly level: number;
  };
  /** µs of wall time per reading; see `Speed`. */
  readonly speed: {
    readonly median: number | null;
    readonly mean: number | null;
    readonly medianWithoutDecode: number | null;
    readonly meanWithoutDecode: number | null;
    readonly chunks: number;
    /** Of the whole evaluation, reading the file and scoring included. */
    readonly seconds: number;
  };
  readonly scores: Scores;
  /** The same for the rows of `validate`; null without. */
  readonly validation: Scores | null;
}

/**
 * Puts the document together.
 *
 * @param from names of the data
 * @throws ForetideError SETTINGS_INVALID where errors cannot be standardised
 */
export function documentOf(
  evaluated: Evaluated,
  pipeline: string,
  from: readonly string[],
): EvaluationDocument {
  const { prequential, model, counts, speed, bytesPerSeries, seconds, isComplete } = evaluated;
  const { protocol, times } = prequential;
  const { averageSteps, season, standardizeOn, validate, score } = protocol;
  return {
    schema: 1,
    pipeline,
    model: {
      name: model.name,
      cell: model.cell.name,
      hidden: model.hidden,
      fingerprint: model.fingerprint,
      bytesPerSeries,
    },
    data: {
      from,
      series: prequential.series.length,
      ...counts,
      firstTime: times && new Date(times.first).toISOString(),
      lastTime: times && new Date(times.last).toISOString(),
      complete: isComplete,
    },
    protocol: {
      horizons: prequential.horizons,
      averageSteps,
      season,
      standardizeOn: standardizeOn ? rangeText(standardizeOn) : null,
      validate: validate ? rangeText(validate) : null,
      score: rangeText(score),
      level: LEVEL,
    },
    speed: { ...speed, seconds },
    scores: scoresOf(prequential, 'score', rangeText(score)),
    validation: validate ? scoresOf(prequential, 'validation', rangeText(validate)) : null,
  };
}

function scoresOf(prequential: Prequential, phase: Phase, rows: string): Scores {
  const { horizons, series: all } = prequential;
  const parts = all.map((series) => ({
    series,
    unit: prequential.unitOf(series),
    sums: series.sums(phase),
  }));
  const bySeries = parts.map(({ series, unit, sums }) =>
    seriesMetrics(
      series,
      unit,
      sums.map((sum, i) => ({ horizon: horizons[i]!, ...inUnit(series, sum, unit) })),
      series.events(phase),
    ),
  );
  return {
    rows,
    byHorizon: horizons.map((horizon, i) => ({
      horizon,
      ...metricsOverSeries(
        sumOf(parts.map(({ sums, unit }) => ({ sums: sums[i]!, unit }))),
        bySeries.map(({ byHorizon }) => byHorizon[i]!),
      ),
    })),
    bySeries: bySeries.toSorted((a, b) => (b.ratioToLast ?? -1) - (a.ratioToLast ?? -1)),
  };
}

function inUnit({ scale }: SeriesScore, sums: Sums, unit: number): Metrics {
  return metricsOf(sumOf([{ sums, unit }]), scale === null ? null : scale / unit);
}

function seriesMetrics(
  { series, channel, partition, readings, season }: SeriesScore,
  unit: number,
  byHorizon: readonly HorizonMetrics[],
  events: EventCounts,
): SeriesMetrics {
  const ratioToLast = geometricMean(byHorizon.map(({ baselines }) => baselines.last.ratio));
  return { series, channel, partition, readings, unit, season, ratioToLast, byHorizon, events };
}
