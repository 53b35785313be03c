import { inWords } from '../../route/words.ts';
import { metricsOf, metricsOverSeries, type Metrics } from '../metrics.ts';
import { LEVEL, type Sums, sumOf, noSums } from '../sums.ts';
import type { Compared, ComparedSide } from './compare.ts';
import { type FiredAlert, hasLike } from './fired-alerts.ts';
import type { PairedSeries } from './paired-series.ts';
import { METHOD, type Ratio, type Ratios, ratiosOf } from './resample.ts';
import { type SeriesRatio, seriesRatios } from './series-ratios.ts';
import { commonStretches, stretchErrors } from './stretches.ts';
import type { Difference } from './differences.ts';

/** How one side did at one horizon, over the targets that all sides forecast. */
export interface SideMetrics {
  readonly side: string;
  readonly mae: number | null;
  readonly rmse: number | null;
  /** Its MAE as a share of that of the last value; over several series the geometric mean. */
  readonly ratioToLast: number | null;
  /** Share of these targets that lay within its band, of those that had one; mean width and interval score of the bands. */
  readonly coverage: number | null;
  readonly width: number | null;
  readonly winkler: number | null;
  /** Its MAE less that of A, and how its errors are to A's; null of A itself. */
  readonly difference: number | null;
  readonly againstA: Ratio | null;
}

export interface HorizonComparison {
  /** Steps ahead. */
  readonly horizon: number;
  /** Targets that all sides forecast. */
  readonly count: number;
  readonly sides: readonly SideMetrics[];
}

/** How another side does beside A. */
export interface Verdict {
  readonly side: string;
  /** Over all series and horizons. */
  readonly againstA: Ratio;
  /** Stretches in which it was better and worse than A. */
  readonly better: number;
  readonly worse: number;
  /** The ten series of which it is better most, and worse most. */
  readonly improved: readonly SeriesRatio[];
  readonly worsened: readonly SeriesRatio[];
}

/** An alert that a side told of; times are ISO 8601. */
export interface AlertTold {
  readonly series: string;
  readonly since: string;
  /** When it fired. */
  readonly firedAt: string;
  /** Null of one that stands at the end. */
  readonly until: string | null;
  readonly severity: string;
  readonly reason: string;
  readonly score: number;
  /** Why, in words. */
  readonly why: string;
  /** The other sides that had an alert of the series at the same time: of A those, of the others A or none. */
  readonly like: readonly string[];
}

/** How a side began with a partition. */
export interface SideBeginning {
  readonly partition: number;
  /** The offset of the first record that was compared. */
  readonly at: number;
  /** The snapshot from which what came before was taken in, ISO 8601: its newest event time. Null: from the beginning of the input. */
  readonly snapshot: { readonly at: number; readonly time: string } | null;
}

/** A comparison as a document: what `foretide replay --compare --json` prints. All but `speed` is a function of the input. */
export interface ComparisonDocument {
  readonly schema: 1;
  readonly pipeline: string;
  readonly data: {
    readonly from: readonly string[];
    readonly records: number;
    readonly series: number;
    /** ISO 8601, null of no reading. */
    readonly firstTime: string | null;
    readonly lastTime: string | null;
    /** False where it was stopped before the end. */
    readonly complete: boolean;
    /** Targets that all sides forecast. */
    readonly paired: number;
    /** Share of targets that the bands are to hold. */
    readonly level: number;
  };
  readonly sides: readonly {
    readonly name: string;
    readonly from: string;
    readonly model: {
      readonly name: string;
      readonly cell: string;
      readonly hidden: number;
      readonly fingerprint: string;
      readonly bytesPerSeries: number;
    };
    /** What is set otherwise than in A. */
    readonly differences: readonly Difference[];
    /** With the state of what came before, by partition; nothing: it began empty, and so did all. */
    readonly begins: readonly SideBeginning[];
    readonly readings: number;
    readonly unusable: Readonly<Record<string, number>>;
    /** Targets that it forecast, paired or not. */
    readonly targets: number;
  }[];
  /** How the intervals are made; the stretches are of UTC, as long as the farthest forecast reaches at least. */
  readonly method: typeof METHOD & { readonly stretches: number; readonly days: number };
  /** The sides but A. */
  readonly verdicts: readonly Verdict[];
  /** Over several series mae, rmse, width and differences mix their units; ratios do not. */
  readonly byHorizon: readonly HorizonComparison[];
  /** Null where the pipeline gives none. */
  readonly alerts: readonly { readonly side: string; readonly alerts: readonly AlertTold[] }[] | null;
  /** Measured in the same run, batch by batch in turns: of the topologies, decoding included and scoring not. */
  readonly speed: readonly {
    readonly side: string;
    /** µs of wall time a reading, the median over the batches; and how many readings that would be in a second. */
    readonly median: number | null;
    readonly readingsPerSecond: number | null;
    /** CPU time of the process meanwhile, over the whole. */
    readonly cpuSeconds: number;
  }[];
}

/**
 * Puts the document together.
 *
 * @param from names of the data
 */
export function comparisonDocument(
  compared: Compared,
  pipeline: string,
  from: readonly string[],
): ComparisonDocument {
  const { sides, pairs, times, isComplete } = compared;
  const { series } = pairs;
  const horizons = [...new Set(series.flatMap((each) => each.horizons))].toSorted((a, b) => a - b);
  const { width, stretches } = commonStretches(series, pairs.longestLead);
  const ratios = sides
    .slice(1)
    .map((_, i) => ratiosOf(stretchErrors(series, horizons, stretches, width, i + 1), stretches.length));
  return {
    schema: 1,
    pipeline,
    data: {
      from,
      records: sides[0]!.counts.records,
      series: series.length,
      firstTime: times && iso(times.first),
      lastTime: times && iso(times.last),
      complete: isComplete,
      paired: pairs.paired,
      level: LEVEL,
    },
    sides: sides.map(({ side, begun, model, counts, bytesPerSeries }, i) => ({
      name: side.name,
      from: side.from,
      model: {
        name: model.name,
        cell: model.cell.name,
        hidden: model.hidden,
        fingerprint: model.fingerprint,
        bytesPerSeries,
      },
      differences: side.differences,
      begins: begun.map(({ partition, next, snapshot }) => ({
        partition,
        at: next,
        snapshot: snapshot ? { at: snapshot.next, time: iso(snapshot.watermark) } : null,
      })),
      readings: counts.readings,
      unusable: counts.unusable,
      targets: pairs.targets[i]!,
    })),
    method: { ...METHOD, stretches: stretches.length, days: width / DAY },
    verdicts: ratios.map(({ all, better, worse }, i) => ({
      side: sides[i + 1]!.side.name,
      againstA: all,
      better,
      worse,
      ...seriesRatios(series, horizons, i + 1),
    })),
    byHorizon: horizons.map((horizon, j) => horizonComparison(horizon, j, sides, series, ratios)),
    alerts: alertsTold(sides),
    speed: sides.map(({ side, speed, cpuSeconds }) => ({
      side: side.name,
      median: speed.median,
      readingsPerSecond: speed.median === null ? null : 1e6 / speed.median,
      cpuSeconds,
    })),
  };
}

const DAY = 86_400_000;
const iso = (time: number): string => new Date(time).toISOString();

function horizonComparison(
  horizon: number,
  j: number,
  sides: readonly ComparedSide[],
  series: readonly PairedSeries[],
  ratios: readonly Ratios[],
): HorizonComparison {
  const metrics = sides.map((_, i) => metricsAt(series, horizon, i));
  const first = metrics[0]!;
  return {
    horizon,
    count: first.count,
    sides: metrics.map(({ mae, rmse, coverage, width, winkler, baselines }, i) => ({
      side: sides[i]!.side.name,
      mae,
      rmse,
      ratioToLast: baselines.last.ratio,
      coverage,
      width,
      winkler,
      difference: i === 0 || mae === null || first.mae === null ? null : mae - first.mae,
      againstA: i === 0 ? null : ratios[i - 1]!.byHorizon[j]!,
    })),
  };
}

function metricsAt(series: readonly PairedSeries[], horizon: number, side: number): Metrics {
  const each: readonly Sums[] = series.map((one) => one.at(horizon)?.sums[side] ?? noSums());
  return metricsOverSeries(
    sumOf(each.map((sums) => ({ sums, unit: 1 }))),
    each.map((sums) => metricsOf(sums, null)),
  );
}

function alertsTold(sides: readonly ComparedSide[]): ComparisonDocument['alerts'] {
  if (sides.every(({ alerts }) => alerts === null)) return null;
  const all = sides.map(({ side: { name }, alerts }) => ({ name, alerts: alerts ?? [] }));
  return all.map(({ name, alerts }, i) => ({
    side: name,
    alerts: alerts.map((alert) =>
      alertTold(
        alert,
        (i === 0 ? all.slice(1) : all.slice(0, 1))
          .filter((other) => hasLike(alert, other.alerts))
          .map((other) => other.name),
      ),
    ),
  }));
}

function alertTold({ told, until }: FiredAlert, like: readonly string[]): AlertTold {
  const { series, since, time, severity, reason, score } = told;
  return {
    series,
    since: iso(since),
    firedAt: iso(time),
    until: until === Infinity ? null : iso(until),
    severity,
    reason,
    score,
    why: inWords(told),
    like,
  };
}
