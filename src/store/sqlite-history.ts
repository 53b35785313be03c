import type { DatabaseSync } from 'node:sqlite';
import { horizonTag } from '../forecast/horizon-tag.ts';
import type { History, SeriesSummary, Window } from '../serve/history.ts';
import { type Points, revisionAt } from '../sink/points.ts';

interface Entry {
  readonly partition: number;
  readings: number;
  lastTime: number;
  lastValue: number;
  anomalies: number;
}

/**
 * What the page reads of a run's tables. The list of series is kept in memory and moves on with every commit.
 *
 * A series that comes from two partitions is two series to us; the page has one name for it and shows that of one partition.
 */
export class SqliteHistory implements History {
  readonly #entries = new Map<string, Entry>();
  readonly #readings;
  readonly #forecasts;
  readonly #anomalies;
  readonly #events;
  readonly #tail;
  readonly #anomalyCount;

  constructor(database: DatabaseSync) {
    this.#readings = database.prepare(
      'SELECT time, value FROM reading WHERE partition = ? AND series = ? AND time BETWEEN ? AND ? ORDER BY time',
    );
    this.#forecasts = database.prepare(
      `SELECT h, time, yhat, lo, hi FROM forecast WHERE partition = ? AND series = ? AND time BETWEEN ? AND ?
       ORDER BY h, time`,
    );
    this.#anomalies = database.prepare(
      `SELECT time, value, score, expected, lo, hi FROM anomaly
       WHERE partition = ? AND series = ? AND time BETWEEN ? AND ? ORDER BY time`,
    );
    this.#events = database.prepare(
      `SELECT time, kind, h, value, expected FROM event
       WHERE partition = ? AND series = ? AND time BETWEEN ? AND ? ORDER BY time, kind, h`,
    );
    this.#tail = database.prepare(
      'SELECT value FROM reading WHERE partition = ? AND series = ? ORDER BY time DESC LIMIT ?',
    );
    this.#anomalyCount = database.prepare(
      'SELECT count(*) AS anomalies FROM anomaly WHERE partition = ? AND series = ?',
    );
    const counts = database.prepare(
      `SELECT partition, series, count(*) AS readings, max(time) AS lastTime, value AS lastValue
       FROM reading GROUP BY partition, series ORDER BY partition`,
    );
    for (const row of counts.all() as unknown as (Entry & { series: string })[]) {
      const { series, ...entry } = row;
      if (!this.#entries.has(series)) this.#entries.set(series, { ...entry, anomalies: 0 });
    }
    const anomalies = database.prepare(
      'SELECT partition, series, count(*) AS anomalies FROM anomaly GROUP BY partition, series',
    );
    for (const row of anomalies.all() as { partition: number; series: string; anomalies: number }[]) {
      const entry = this.#entries.get(row.series);
      if (entry?.partition === row.partition) entry.anomalies = row.anomalies;
    }
  }

  /** Takes in what a commit has made durable. */
  add(partition: number, points: readonly Points[]): void {
    const revised = new Map<string, Entry>();
    for (const block of points) {
      const { measurement, length, series, time, fields } = block;
      if (measurement !== 'reading' && measurement !== 'anomaly') continue;
      for (let i = 0; i < length; i++) {
        const name = series[i]!;
        let entry = this.#entries.get(name);
        if (!entry) {
          entry = { partition, readings: 0, lastTime: -Infinity, lastValue: NaN, anomalies: 0 };
          this.#entries.set(name, entry);
        }
        if (entry.partition !== partition) continue;
        if (measurement === 'anomaly') {
          if (revisionAt(block, i) > 0) revised.set(name, entry);
          else entry.anomalies++;
        } else {
          entry.readings++;
          if (time[i]! > entry.lastTime) {
            entry.lastTime = time[i]!;
            entry.lastValue = fields['value']![i]!;
          }
        }
      }
    }
    // an anomaly that a late reading has revised may be new, known, or gone
    for (const [name, entry] of revised)
      entry.anomalies = (this.#anomalyCount.get(partition, name) as { anomalies: number }).anomalies;
  }

  series(): readonly SeriesSummary[] {
    return Array.from(this.#entries, ([name, { readings, lastTime, lastValue, anomalies }]) => ({
      name,
      readings,
      lastTime,
      lastValue,
      anomalies,
    }));
  }

  window(series: string, from: number, to: number): Window {
    const partition = this.#entries.get(series)?.partition ?? -1;
    const readings = this.#readings.all(partition, series, from, to) as { time: number; value: number }[];
    const rows = this.#forecasts.all(partition, series, from, to) as {
      h: number;
      time: number;
      yhat: number;
      lo: number | null;
      hi: number | null;
    }[];
    const anomalies = this.#anomalies.all(partition, series, from, to) as Record<
      'time' | 'value' | 'score' | 'expected' | 'lo' | 'hi',
      number
    >[];
    const events = this.#events.all(partition, series, from, to) as {
      time: number;
      kind: string;
      h: number;
      value: number;
      expected: number;
    }[];
    const horizons = Map.groupBy(rows, ({ h }) => h);
    return {
      readings: { time: readings.map(({ time }) => time), value: readings.map(({ value }) => value) },
      forecasts: Array.from(horizons, ([h, group]) => ({
        h: horizonTag(h),
        time: group.map(({ time }) => time),
        yhat: group.map(({ yhat }) => yhat),
        lo: group.map(({ lo }) => lo ?? NaN),
        hi: group.map(({ hi }) => hi ?? NaN),
      })),
      anomalies: {
        time: anomalies.map(({ time }) => time),
        value: anomalies.map(({ value }) => value),
        score: anomalies.map(({ score }) => score),
        expected: anomalies.map(({ expected }) => expected),
        lo: anomalies.map(({ lo }) => lo),
        hi: anomalies.map(({ hi }) => hi),
      },
      events: {
        time: events.map(({ time }) => time),
        kind: events.map(({ kind }) => kind),
        h: events.map(({ h }) => horizonTag(h)),
        value: events.map(({ value }) => value),
        expected: events.map(({ expected }) => expected),
      },
    };
  }

  tail(series: string, count: number): readonly number[] {
    const partition = this.#entries.get(series)?.partition ?? -1;
    const rows = this.#tail.all(partition, series, count) as { value: number }[];
    return rows.map(({ value }) => value).toReversed();
  }
}
