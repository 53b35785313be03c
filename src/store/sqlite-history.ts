import type { DatabaseSync } from 'node:sqlite';
import { horizonTag } from '../forecast/horizon-tag.ts';
import type { FanColumns, History, SeriesSummary, Window } from '../serve/history.ts';
import { SeriesBook, type SeriesEntry } from '../serve/series-book.ts';
import { type Points, revisionAt } from '../sink/points.ts';

/** What is counted of a series in the tables. */
interface Counted {
  readonly partition: number;
  readonly series: string;
  readonly readings: number;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly lastValue: number;
}

interface Anomalies {
  readonly anomalies: number;
  readonly lastAnomaly: number | null;
}

/**
 * What the page reads of a run's tables. The list of series is kept in memory and moves on with every commit.
 *
 * A series that comes from two partitions is two series to us; the page has one name for it and shows that of one partition.
 */
export class SqliteHistory implements History {
  readonly #book = new SeriesBook();
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
      'SELECT count(*) AS anomalies, max(time) AS lastAnomaly FROM anomaly WHERE partition = ? AND series = ?',
    );
    const counts = database.prepare(
      `SELECT counted.*, value AS lastValue
       FROM (SELECT partition, series, count(*) AS readings, min(time) AS firstTime, max(time) AS lastTime
             FROM reading GROUP BY partition, series) AS counted
       JOIN reading ON reading.partition = counted.partition AND reading.series = counted.series AND time = lastTime
       ORDER BY counted.partition, counted.series`,
    );
    for (const { partition, series, readings, ...row } of counts.all() as unknown as Counted[]) {
      if (this.#book.get(series) !== undefined) continue;
      const entry = this.#book.meet(series, partition);
      this.#book.read(entry, row.lastTime, row.lastValue);
      entry.readings = readings;
      if (readings > 1) entry.step = (row.lastTime - row.firstTime) / (readings - 1);
    }
    const anomalies = database.prepare(
      'SELECT partition, series, count(*) AS anomalies, max(time) AS lastAnomaly FROM anomaly GROUP BY partition, series',
    );
    for (const row of anomalies.all() as unknown as (Anomalies & Counted)[]) {
      const entry = this.#book.get(row.series);
      if (entry?.partition !== row.partition) continue;
      entry.anomalies = row.anomalies;
      entry.lastAnomaly = row.lastAnomaly;
    }
  }

  /** Takes in what a commit has made durable. */
  add(partition: number, points: readonly Points[]): void {
    const revised = new Set<SeriesEntry>();
    for (const block of points) {
      const { measurement, length, series, time, tags, fields } = block;
      if (measurement === 'event' || measurement === 'alert') continue;
      for (let i = 0; i < length; i++) {
        const entry = this.#book.meet(series[i]!, partition);
        if (entry.partition !== partition) continue;
        const at = (field: string): number => fields[field]?.[i] ?? NaN;
        if (measurement === 'reading') this.#book.read(entry, time[i]!, at('value'));
        else if (measurement === 'forecast') {
          if (!Number.isNaN(at('yhat')))
            this.#book.forecast(entry, tags['h'] ?? '', time[i]!, at('yhat'), at('lo'), at('hi'));
        } else if (revisionAt(block, i) > 0) revised.add(entry);
        else {
          entry.anomalies += 1;
          entry.lastAnomaly = Math.max(entry.lastAnomaly ?? -Infinity, time[i]!);
        }
      }
    }
    // an anomaly that a late reading has revised may be new, known, or gone
    for (const entry of revised)
      Object.assign(entry, this.#anomalyCount.get(partition, entry.name) as unknown as Anomalies);
  }

  get size(): number {
    return this.#book.size;
  }

  series(): Iterable<SeriesSummary> {
    return this.#book.summaries();
  }

  summary(name: string): SeriesSummary | undefined {
    return this.#book.summary(name);
  }

  fan(series: string): FanColumns {
    return this.#book.fan(series);
  }

  window(series: string, from: number, to: number): Window {
    const partition = this.#book.get(series)?.partition ?? -1;
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
    const partition = this.#book.get(series)?.partition ?? -1;
    const rows = this.#tail.all(partition, series, count) as { value: number }[];
    return rows.map(({ value }) => value).toReversed();
  }
}
