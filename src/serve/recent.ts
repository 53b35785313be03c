import { isWithdrawn, type Points } from '../sink/points.ts';
import { addEvent, eventsWhere, noEvents } from './event-columns.ts';
import type { EventColumns, History, SeriesSummary, Window } from './history.ts';
import { Ring } from './ring.ts';

/** How much a `RecentHistory` holds. */
export interface RecentLimits {
  /** Rows a series of readings, of anomalies, of events and of each horizon. */
  readonly points: number;
  /** Series; a new one takes the place of the one that has been silent longest. */
  readonly series: number;
}

/** Time and then the fields. */
type Columns = readonly (Float64Array | undefined)[];

interface Entry {
  readonly readings: Ring;
  readonly forecasts: Map<string, Ring>;
  readonly anomalies: Ring;
  events: EventColumns;
  seenReadings: number;
  seenAnomalies: number;
  /** When its latest reading came, in readings of all series. */
  heard: number;
}

/**
 * The newest points of the newest series, in memory: a history for runs that keep no tables.
 *
 * Points of one series come ascending in time; a point that is not newer than the newest of its kind is a repetition
 * (a batch again after a crash) and changes nothing. So late readings, and what they revise, are not seen here: what is shown is what was told at first.
 */
export class RecentHistory implements History {
  readonly #limits: RecentLimits;
  #heard = 0;
  readonly #entries = new Map<string, Entry>();

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  add(points: readonly Points[]): void {
    for (const block of points) {
      if (isWithdrawn(block)) continue;
      const { measurement, length, series, time, tags, fields } = block;
      const column = (name: string): Float64Array | undefined => fields[name];
      switch (measurement) {
        case 'reading':
          this.#addReadings(length, series, [time, column('value')]);
          break;
        case 'forecast':
          this.#addForecasts(
            length,
            series,
            [time, column('yhat'), column('lo'), column('hi')],
            tags['h'] ?? '',
          );
          break;
        case 'anomaly':
          this.#addAnomalies(length, series, [
            time,
            ...['value', 'score', 'expected', 'lo', 'hi'].map(column),
          ]);
          break;
        case 'alert':
          break; // told apart from the series' window
        case 'event':
          this.#addEvents(block);
          break;
      }
    }
  }

  series(): readonly SeriesSummary[] {
    const held = [...this.#entries].filter(([, entry]) => entry.readings.length > 0);
    return held.map(([name, { readings, seenReadings, seenAnomalies }]) => ({
      name,
      readings: seenReadings,
      lastTime: readings.at(0, readings.length - 1),
      lastValue: readings.at(1, readings.length - 1),
      anomalies: seenAnomalies,
    }));
  }

  window(series: string, from: number, to: number): Window {
    const entry = this.#entries.get(series) ?? this.#emptyEntry();
    const readings = entry.readings.between(from, to);
    const anomalies = entry.anomalies.between(from, to);
    return {
      readings: { time: readings[0]!, value: readings[1]! },
      forecasts: [...entry.forecasts].map(([h, ring]) => {
        const columns = ring.between(from, to);
        return { h, time: columns[0]!, yhat: columns[1]!, lo: columns[2]!, hi: columns[3]! };
      }),
      anomalies: {
        time: anomalies[0]!,
        value: anomalies[1]!,
        score: anomalies[2]!,
        expected: anomalies[3]!,
        lo: anomalies[4]!,
        hi: anomalies[5]!,
      },
      events: eventsWhere(entry.events, (row) => {
        const time = entry.events.time[row]!;
        return time >= from && time <= to;
      }),
    };
  }

  tail(series: string, count: number): readonly number[] {
    return this.#entries.get(series)?.readings.newest(count)[1] ?? [];
  }

  #addReadings(length: number, series: readonly string[], columns: Columns): void {
    for (let i = 0; i < length; i++) {
      if (isMissing(columns, i)) continue;
      const entry = this.#entryOf(series[i]!);
      this.#heard += 1;
      entry.heard = this.#heard;
      if (entry.readings.push(columns, i)) entry.seenReadings += 1;
    }
  }

  #addForecasts(length: number, series: readonly string[], columns: Columns, h: string): void {
    for (let i = 0; i < length; i++) {
      if (!isMissing(columns, i)) this.#horizon(this.#entryOf(series[i]!), h).push(columns, i);
    }
  }

  #addAnomalies(length: number, series: readonly string[], columns: Columns): void {
    for (let i = 0; i < length; i++) {
      const entry = this.#entryOf(series[i]!);
      if (entry.anomalies.push(columns, i)) entry.seenAnomalies += 1;
    }
  }

  #addEvents(block: Points): void {
    for (let i = 0; i < block.length; i++) {
      const entry = this.#entryOf(block.series[i]!);
      addEvent(entry.events, block, i);
      const beyond = entry.events.time.length - this.#limits.points;
      if (beyond > 0) entry.events = eventsWhere(entry.events, (row) => row >= beyond);
    }
  }

  #entryOf(name: string): Entry {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      if (this.#entries.size >= this.#limits.series) this.#dropSilent();
      entry = this.#emptyEntry();
      this.#entries.set(name, entry);
    }
    return entry;
  }

  #dropSilent(): void {
    let silent: string | null = null;
    let least = Infinity;
    for (const [name, { heard }] of this.#entries) {
      if (heard >= least) continue;
      least = heard;
      silent = name;
    }
    if (silent !== null) this.#entries.delete(silent);
  }

  #emptyEntry(): Entry {
    const { points } = this.#limits;
    return {
      readings: new Ring(2, points),
      forecasts: new Map(),
      anomalies: new Ring(6, points),
      events: noEvents(),
      seenReadings: 0,
      seenAnomalies: 0,
      heard: this.#heard,
    };
  }

  #horizon({ forecasts }: Entry, h: string): Ring {
    let ring = forecasts.get(h);
    if (ring === undefined) {
      ring = new Ring(4, this.#limits.points);
      forecasts.set(h, ring);
    }
    return ring;
  }
}

/** Whether a row has no value (the column after the time): then it is no point. */
function isMissing(columns: Columns, row: number): boolean {
  return Number.isNaN(columns[1]?.[row] ?? Number.NaN);
}
