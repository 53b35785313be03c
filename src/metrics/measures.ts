import { EVENT_KINDS } from '../detect/events.ts';
import { DEAD_REASONS } from '../frame.ts';
import { VERSION } from '../version.ts';
import type { PartitionFigures, RunFigures } from './run-figures.ts';

/** A value under labels; null: it is not known now, and the sample is left out. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
}

/** A metric that is read off the figures of a run. */
export interface Measure {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** Their values are few: partitions of this process, routes and horizons of the settings, or one of a closed list and `other`. */
  readonly labels: readonly string[];
  readonly read: (figures: RunFigures) => readonly Sample[];
}

/** Digits of a fingerprint that stand in a label. */
const SHORT = 12;

const ALERT_TURNS = ['pending', 'firing', 'resolved', 'dropped'] as const;
const SEVERITIES = ['warning', 'critical'] as const;
const STANDING = product(['pending', 'firing'], SEVERITIES);

/**
 * All metrics of a run but those of durations, in the order in which they are served. Names and units are those of Prometheus: seconds, bytes,
 * ratios from 0 to 1, `_total` of what only grows.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
export const MEASURES: readonly Measure[] = [
  {
    name: 'foretide_build_info',
    type: 'gauge',
    help: 'Always 1; its labels tell what runs: version of Foretide, pipeline, model and the first digits of its fingerprint.',
    labels: ['version', 'pipeline', 'model', 'fingerprint'],
    read: ({ pipeline, model }) => {
      const fingerprint = model.fingerprint.slice(0, SHORT);
      return [{ labels: { version: VERSION, pipeline, model: model.name, fingerprint }, value: 1 }];
    },
  },
  {
    name: 'foretide_ready',
    type: 'gauge',
    help: 'Whether it makes progress, as /health/ready says: 0 when the run has failed, or what has come has waited for its commit for a minute.',
    ...plain(({ isReady }) => Number(isReady)),
  },
  {
    name: 'foretide_readings_total',
    type: 'counter',
    help: 'Readings that were taken in and committed.',
    ...plain(({ readings }) => readings),
  },
  {
    name: 'foretide_points_total',
    type: 'counter',
    help: 'Points that were given out and committed, by measurement: reading, forecast, anomaly, event, alert.',
    ...counted('measurement', ({ points }) => points),
  },
  {
    name: 'foretide_dead_letters_total',
    type: 'counter',
    help: 'Records and readings that were set aside, by reason.',
    ...counted('reason', ({ deadLetters }) => deadLetters, DEAD_REASONS),
  },
  {
    name: 'foretide_events_total',
    type: 'counter',
    help: 'What has happened to the forecasts of a series, by kind: drift, coverage that has left its tolerance or is back.',
    ...counted('kind', ({ events }) => events, EVENT_KINDS),
  },
  {
    name: 'foretide_alert_turns_total',
    type: 'counter',
    help: 'How often alerts have become pending, firing, resolved or dropped, by severity.',
    ...byStateAndSeverity(({ alertTurns }) => alertTurns, product(ALERT_TURNS, SEVERITIES)),
  },
  {
    name: 'foretide_alerts',
    type: 'gauge',
    help: 'Alerts that stand now, by state and severity.',
    ...byStateAndSeverity(({ alerts }) => alerts, STANDING),
  },
  {
    name: 'foretide_commit_failures_total',
    type: 'counter',
    help: 'Commits that have failed; what they held is done again.',
    ...plain(({ failedCommits }) => failedCommits),
  },
  {
    name: 'foretide_partitions',
    type: 'gauge',
    help: 'Partitions that this process has.',
    ...plain(({ partitions }) => partitions.length),
  },
  {
    name: 'foretide_lag_records',
    type: 'gauge',
    help: 'Records of a Kafka partition that are there and not committed, by what was heard of its end last, which is at most some seconds old.',
    ...byPartition(({ lag }) => lag),
  },
  {
    name: 'foretide_uncommitted_seconds',
    type: 'gauge',
    help: 'How long what has come of a partition has waited for its commit; 0 where nothing waits.',
    ...byPartition(({ uncommitted }) => uncommitted),
  },
  {
    name: 'foretide_last_commit_timestamp_seconds',
    type: 'gauge',
    help: 'When a partition was last committed by this process, seconds since 1970.',
    ...byPartition(({ committedAt }) => (committedAt === undefined ? undefined : committedAt / 1000)),
  },
  {
    name: 'foretide_committed_offset',
    type: 'gauge',
    help: 'The offset that a restart would go on from.',
    ...byPartition(({ offset }) => offset),
  },
  {
    name: 'foretide_watermark_timestamp_seconds',
    type: 'gauge',
    help: 'Newest event time of a partition, seconds since 1970.',
    ...byPartition(({ watermark }) => (watermark === 0 ? undefined : watermark / 1000)),
  },
  {
    name: 'foretide_series',
    type: 'gauge',
    help: 'Series that a partition knows.',
    ...byPartition(({ series }) => series),
  },
  {
    name: 'foretide_state_bytes',
    type: 'gauge',
    help: 'What the state of a partition takes.',
    ...byPartition(({ stateBytes }) => stateBytes),
  },
  {
    name: 'foretide_state_limit_bytes',
    type: 'gauge',
    help: 'What the state of one partition may take: maxStateBytes. Series beyond it are dead letters.',
    ...plain(({ maxStateBytes }) => maxStateBytes),
  },
  {
    name: 'foretide_progress_ratio',
    type: 'gauge',
    help: 'How much of an input that has an end was handed over.',
    ...plain(({ progress }) => progress),
  },
  {
    name: 'foretide_forecast_error_ratio',
    type: 'gauge',
    help: 'Mean absolute error, so many steps ahead, over that of a naive forecast: the last value, or the one a season before. 0.8 is 20 % better. Geometric mean over series, of more than 5,000 over some thousands of them, evenly spread.',
    labels: ['horizon', 'naive'],
    read: ({ scores }) =>
      scores.flatMap(({ h, againstLast, againstSeason }) => [
        { labels: { horizon: h, naive: 'last' }, value: againstLast },
        { labels: { horizon: h, naive: 'season' }, value: againstSeason },
      ]),
  },
  {
    name: 'foretide_forecast_coverage_ratio',
    type: 'gauge',
    help: 'Share of about the newest 1,000 targets of each series that the band has held.',
    labels: ['horizon'],
    read: ({ scores }) =>
      scores.map(({ h, liveCoverage }) => ({ labels: { horizon: h }, value: liveCoverage })),
  },
  {
    name: 'foretide_forecast_coverage_target_ratio',
    type: 'gauge',
    help: 'Share of targets that the band is to hold: forecast.level.',
    ...plain(({ level }) => level),
  },
  {
    name: 'foretide_sink_retries_total',
    type: 'counter',
    help: 'Requests to InfluxDB that had to be repeated, as it was away or busy.',
    ...plain(({ sink }) => sink?.retries ?? null),
  },
  {
    name: 'foretide_sink_away_seconds',
    type: 'gauge',
    help: 'For how long InfluxDB has been away; 0 while it is there.',
    ...plain(({ sink }) => sink?.awaySeconds ?? null),
  },
  {
    name: 'foretide_route_deliveries_total',
    type: 'counter',
    help: 'Alerts that the receiver of a route has taken (told), or has refused for good (refused).',
    labels: ['route', 'result'],
    read: ({ routes }) =>
      routes.flatMap(({ route, told, refused }) => [
        { labels: { route, result: 'told' }, value: told },
        { labels: { route, result: 'refused' }, value: refused },
      ]),
  },
  {
    name: 'foretide_route_retries_total',
    type: 'counter',
    help: 'Deliveries that had to be tried again, as the receiver was away or busy.',
    labels: ['route'],
    read: ({ routes }) => routes.map(({ route, retries }) => ({ labels: { route }, value: retries })),
  },
  {
    name: 'foretide_route_away_seconds',
    type: 'gauge',
    help: 'For how long the receiver of a route has been away; 0 while it is there.',
    labels: ['route'],
    read: ({ routes }) => routes.map(({ route, awaySeconds }) => ({ labels: { route }, value: awaySeconds })),
  },
  {
    name: 'foretide_route_pending_alerts',
    type: 'gauge',
    help: 'Turns of alerts in a SQLite store that a route has not come to; of a store in Kafka the lag of its group tells.',
    labels: ['route'],
    read: ({ routes }) => routes.map(({ route, pending = null }) => ({ labels: { route }, value: pending })),
  },
];

/** One value without labels. */
function plain(read: (figures: RunFigures) => number | null): Pick<Measure, 'labels' | 'read'> {
  return { labels: [], read: (figures) => [{ labels: {}, value: read(figures) }] };
}

function byPartition(
  read: (partition: PartitionFigures) => number | null | undefined,
): Pick<Measure, 'labels' | 'read'> {
  return {
    labels: ['partition'],
    read: ({ partitions }) =>
      partitions.map((one) => ({ labels: { partition: String(one.partition) }, value: read(one) ?? null })),
  };
}

/** @param known values of the label, each of which has a sample from the beginning; what is none of them is `other`. Left out: all are known */
function counted(
  label: string,
  read: (figures: RunFigures) => Readonly<Record<string, number>>,
  known?: readonly string[],
): Pick<Measure, 'labels' | 'read'> {
  return {
    labels: [label],
    read: (figures) => {
      const counts = known ? among(read(figures), known) : read(figures);
      return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));
    },
  };
}

/** @param known each with a sample from the beginning, `STATE/SEVERITY` */
function byStateAndSeverity(
  read: (figures: RunFigures) => Readonly<Record<string, number>> | null,
  known: readonly string[],
): Pick<Measure, 'labels' | 'read'> {
  return {
    labels: ['state', 'severity'],
    read: (figures) =>
      Object.entries(among(read(figures) ?? {}, known)).map(([name, value]) => {
        const [state = '', severity = 'other'] = name.split('/');
        return { labels: { state, severity }, value };
      }),
  };
}

function among(
  counts: Readonly<Record<string, number>>,
  known: readonly string[],
): Readonly<Record<string, number>> {
  const sums = new Map(known.map((name) => [name, 0]));
  for (const [name, count] of Object.entries(counts)) {
    const bounded = known.includes(name) ? name : 'other';
    sums.set(bounded, (sums.get(bounded) ?? 0) + count);
  }
  return Object.fromEntries(sums);
}

function product(states: readonly string[], severities: readonly string[]): readonly string[] {
  return states.flatMap((state) => severities.map((severity) => `${state}/${severity}`));
}
