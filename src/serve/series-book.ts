import { Fans } from './fans.ts';
import type { FanColumns, SeriesSummary } from './history.ts';

/** What is known of a series beside its points. */
export interface SeriesEntry {
  readonly name: string;
  /** Its row in the table of fans. */
  readonly row: number;
  readonly partition: number;
  readings: number;
  /** The usual distance between two readings, ms; null before the second. */
  step: number | null;
  lastTime: number;
  lastValue: number;
  anomalies: number;
  lastAnomaly: number | null;
}

/**
 * The list of series: of each the few numbers that an overview shows, for as many as there are.
 *
 * A series counts as behind by what its partition has had since: partitions do not wait for one another.
 */
export class SeriesBook {
  readonly #entries = new Map<string, SeriesEntry>();
  /** Those that have a reading, in the order of their first. Made anew where one leaves, so that whoever walks it goes on with what there was. */
  #listed: SeriesEntry[] = [];
  /** Rows of the table of fans that are free. */
  readonly #freeRows: number[] = [];
  #left = 0;
  /** Event time of the newest reading of each partition. */
  readonly #newest = new Map<number, number>();
  readonly #fans = new Fans();

  /** Number of series that have a reading. */
  get size(): number {
    return this.#listed.length;
  }

  /** How many that had a reading were forgotten: where it is as it was, the list has new ones at its end and is else the same. */
  get left(): number {
    return this.#left;
  }

  get(name: string): SeriesEntry | undefined {
    return this.#entries.get(name);
  }

  /** The series with this name; a new one has nothing yet. */
  meet(name: string, partition: number): SeriesEntry {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = {
        name,
        row: this.#freeRows.pop() ?? this.#entries.size,
        partition,
        readings: 0,
        step: null,
        lastTime: -Infinity,
        lastValue: NaN,
        anomalies: 0,
        lastAnomaly: null,
      };
      this.#entries.set(name, entry);
    }
    return entry;
  }

  /** Forgets these, as if they had never come. Names that are not known are passed over. */
  forget(names: Iterable<string>): void {
    const gone = new Set<SeriesEntry>();
    for (const name of names) {
      const entry = this.#entries.get(name);
      if (entry === undefined) continue;
      this.#entries.delete(name);
      this.#fans.clear(entry.row);
      this.#freeRows.push(entry.row);
      if (entry.readings > 0) gone.add(entry);
    }
    if (gone.size === 0) return;
    this.#left += gone.size;
    this.#listed = this.#listed.filter((entry) => !gone.has(entry));
  }

  /** Counts a reading; it may be older than the newest. */
  read(entry: SeriesEntry, time: number, value: number): void {
    if (entry.readings === 0) this.#listed.push(entry);
    entry.readings += 1;
    if (time <= entry.lastTime) return;
    if (entry.lastTime !== -Infinity) entry.step = nearer(entry.step, time - entry.lastTime);
    entry.lastTime = time;
    entry.lastValue = value;
    if (time > (this.#newest.get(entry.partition) ?? -Infinity)) this.#newest.set(entry.partition, time);
  }

  forecast({ row }: SeriesEntry, h: string, time: number, yhat: number, lo: number, hi: number): void {
    this.#fans.put(row, h, [time, yhat, lo, hi]);
  }

  fan(name: string): FanColumns {
    const entry = this.#entries.get(name);
    return entry === undefined
      ? { time: [], yhat: [], lo: [], hi: [] }
      : this.#fans.beyond(entry.row, entry.lastTime);
  }

  summary(name: string): SeriesSummary | undefined {
    const entry = this.#entries.get(name);
    return entry === undefined || entry.readings === 0 ? undefined : this.#summaryOf(entry);
  }

  /** Of those that have a reading, in the order of their first. */
  *summaries(): Generator<SeriesSummary> {
    for (const entry of this.#listed) yield this.#summaryOf(entry);
  }

  #summaryOf(entry: SeriesEntry): SeriesSummary {
    const { name, partition, readings, lastTime, lastValue, anomalies, lastAnomaly, step } = entry;
    return {
      name,
      readings,
      lastTime,
      lastValue,
      anomalies,
      lastAnomaly,
      step,
      behind: Math.max(0, (this.#newest.get(partition) ?? lastTime) - lastTime),
    };
  }
}

/** A distance takes the usual one a little its way, so that it comes to be about the median: a gap hardly moves it, and what is regular is met exactly. */
function nearer(usual: number | null, distance: number): number {
  if (usual === null) return distance;
  const most = usual / 20;
  return usual + Math.max(-most, Math.min(most, distance - usual));
}
