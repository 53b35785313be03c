import { EVICTED, isWithdrawn, type Points } from '../sink/points.ts';
import { addEvent, eventsWhere, noEvents } from './event-columns.ts';
import type { EventColumns, FanColumns, History, SeriesSummary, Window } from './history.ts';
import { Ring } from './ring.ts';
import { SeriesBook, type SeriesEntry } from './series-book.ts';

/** How much a `RecentHistory` holds. */
export interface RecentLimits {
  /** Rows a series of readings, of anomalies, of events and of each horizon. */
  readonly points: number;
  /**
   * Series whose points are held. Another one takes the place of the one that has been silent longest, when a person has asked for it, or when that one has
   * missed its turn: all that are known could have come twice since. Of the others the list knows the newest value alone.
   */
  readonly series: number;
}

/** Series that are listed, at most. */
const MOST_LISTED = 500_000;

/** Time and then the fields. */
type Columns = readonly (Float64Array | undefined)[];

interface Entry {
  readonly readings: Ring;
  readonly forecasts: Map<string, Ring>;
  readonly anomalies: Ring;
  events: EventColumns;
  /** When its latest reading came, in readings of all series. */
  heard: number;
}

/**
 * The newest points of the newest series, in memory: a history for runs that keep no tables.
 *
 * Points of one series come ascending in time; a point that is not newer than the newest of its kind is a repetition
 * (a batch again after a crash) and changes nothing. So late readings, and what they revise, are not seen here: what is shown is what was told at first.
 *
 * A series that is given up (`series.evictAfter`) is forgotten, else those that come and go would be held for ever.
 */
export class RecentHistory implements History {
  readonly #limits: RecentLimits;
  #heard = 0;
  readonly #book = new SeriesBook();
  /** The one that has been silent longest first. */
  readonly #entries = new Map<string, Entry>();
  /** Series that a person has asked for, to be held when they come next; the newest last. */
  readonly #wanted = new Set<string>();

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  add(points: readonly Points[], partition = 0): void {
    for (const block of points) {
      if (isWithdrawn(block)) continue;
      const { measurement } = block;
      switch (measurement) {
        case 'reading':
          this.#addReadings(block, partition);
          break;
        case 'forecast':
          this.#addForecasts(block, partition);
          break;
        case 'anomaly':
          this.#addAnomalies(block, partition);
          break;
        case 'alert':
          break; // told apart from the series' window
        case 'event':
          this.#addEvents(block);
          break;
      }
    }
  }

  get size(): number {
    return this.#book.size;
  }

  get left(): number {
    return this.#book.left;
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
    const entry = this.#entries.get(series) ?? this.#ask(series);
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

  #addReadings({ length, series, time, fields }: Points, partition: number): void {
    const columns = [time, fields['value']];
    for (let i = 0; i < length; i++) {
      if (isMissing(columns, i)) continue;
      const name = series[i]!;
      const known = this.#meet(name, partition);
      if (known === undefined || time[i]! <= known.lastTime) continue;
      this.#book.read(known, time[i]!, columns[1]![i]!);
      this.#heard += 1;
      const entry = this.#hold(name);
      if (entry === undefined) continue;
      entry.heard = this.#heard;
      entry.readings.push(columns, i);
      // the one that was heard last stands last
      this.#entries.delete(name);
      this.#entries.set(name, entry);
    }
  }

  #addForecasts({ length, series, time, tags, fields }: Points, partition: number): void {
    const columns = [time, ...['yhat', 'lo', 'hi'].map((name) => fields[name])];
    const h = tags['h'] ?? '';
    for (let i = 0; i < length; i++) {
      if (isMissing(columns, i)) continue;
      const name = series[i]!;
      const at = (column: number): number => columns[column]?.[i] ?? NaN;
      const known = this.#meet(name, partition);
      if (known) this.#book.forecast(known, h, at(0), at(1), at(2), at(3));
      const entry = this.#entries.get(name) ?? (this.#hasRoom ? this.#begin(name) : undefined);
      if (entry) this.#horizon(entry, h).push(columns, i);
    }
  }

  #addAnomalies({ length, series, time, fields }: Points, partition: number): void {
    const columns = [time, ...['value', 'score', 'expected', 'lo', 'hi'].map((name) => fields[name])];
    for (let i = 0; i < length; i++) {
      const name = series[i]!;
      const known = this.#meet(name, partition);
      this.#entries.get(name)?.anomalies.push(columns, i);
      if (known === undefined || time[i]! <= (known.lastAnomaly ?? -Infinity)) continue;
      known.anomalies += 1;
      known.lastAnomaly = time[i]!;
    }
  }

  #addEvents(block: Points): void {
    if (block.tags['kind'] === EVICTED) {
      this.#forget(block);
      return;
    }
    for (let i = 0; i < block.length; i++) {
      const name = block.series[i]!;
      const entry = this.#entries.get(name) ?? (this.#hasRoom ? this.#begin(name) : undefined);
      if (entry === undefined) continue;
      addEvent(entry.events, block, i);
      const beyond = entry.events.time.length - this.#limits.points;
      if (beyond > 0) entry.events = eventsWhere(entry.events, (row) => row >= beyond);
    }
  }

  /** But for those that are back already: what was told together comes by what it is, not by when it was. */
  #forget({ series, fields }: Points): void {
    const lastSeen = fields['value']!;
    const gone = series.filter((name, i) => (this.#book.get(name)?.lastTime ?? -Infinity) <= lastSeen[i]!);
    this.#book.forget(gone);
    for (const name of gone) {
      this.#entries.delete(name);
      this.#wanted.delete(name);
    }
  }

  #meet(name: string, partition: number): SeriesEntry | undefined {
    return (
      this.#book.get(name) ?? (this.#book.size < MOST_LISTED ? this.#book.meet(name, partition) : undefined)
    );
  }

  get #hasRoom(): boolean {
    return this.#entries.size < this.#limits.series;
  }

  /** Where the points of a series are held; undefined: they are not. */
  #hold(name: string): Entry | undefined {
    const entry = this.#entries.get(name);
    if (entry || this.#hasRoom) return entry ?? this.#begin(name);
    const [silent, { heard }] = this.#entries.entries().next().value!;
    if (!this.#wanted.has(name) && this.#heard - heard <= 2 * this.#book.size) return undefined;
    this.#entries.delete(silent);
    return this.#begin(name);
  }

  #begin(name: string): Entry {
    const entry = this.#emptyEntry();
    this.#entries.set(name, entry);
    return entry;
  }

  /** A person looks at a series of which nothing is held: it will be, from its next reading on. */
  #ask(series: string): Entry {
    if (this.#book.get(series) !== undefined) this.#wanted.add(series);
    const [first] = this.#wanted;
    if (this.#wanted.size > this.#limits.series && first !== undefined) this.#wanted.delete(first);
    return this.#emptyEntry();
  }

  #emptyEntry(): Entry {
    const { points } = this.#limits;
    return {
      readings: new Ring(2, points),
      forecasts: new Map(),
      anomalies: new Ring(6, points),
      events: noEvents(),
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
