import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { nameTest } from '../glob.ts';
import type { Archive, ArchivedReading, Extent } from './archive.ts';
import type { SqliteArchiveSettings } from './sqlite-settings.ts';

/** The readings of these series in this stretch; every series is sought in the key, nothing else is looked at. */
const READINGS = `FROM json_each(?) AS name CROSS JOIN reading
  ON partition = ? AND series = name.value AND time >= ? AND time < ?`;

/** The same for one reading of each series. */
const edge = (which: 'min' | 'max'): string => `SELECT ${which}(at) AS time FROM (
  SELECT (SELECT ${which}(time) FROM reading
          WHERE partition = ?2 AND series = name.value AND time >= ?3 AND time < ?4) AS at
  FROM json_each(?1) AS name)`;

/** The next value of a column of the key after the one before, again and again: as many seeks as there are values. */
const distinct = (column: string, where: string): string => `
  WITH RECURSIVE found(it) AS (
    SELECT min(${column}) FROM reading WHERE ${where}
    UNION ALL SELECT (SELECT min(${column}) FROM reading WHERE ${where} AND ${column} > it) FROM found WHERE it IS NOT NULL)
  SELECT it FROM found WHERE it IS NOT NULL`;

/** The partitions that a file has readings of, ascending. */
export function partitionsOf(database: DatabaseSync): number[] {
  const rows = database.prepare(distinct('partition', 'true')).all() as { it: number }[];
  return rows.map(({ it }) => it);
}

/**
 * One partition of the table `reading` of a run. Each question is one short read: nothing is locked between two of them.
 *
 * The series are those that are there when it is opened.
 */
export class SqliteArchive implements Archive {
  readonly name: string;
  readonly partition: number;
  /** The series that are read, in order of their names. */
  readonly series: readonly string[];
  readonly #settings: SqliteArchiveSettings;
  readonly #names: string;
  readonly #sql;

  constructor(database: DatabaseSync, partition: number, settings: SqliteArchiveSettings) {
    this.name = `sqlite ${settings.path}, partition ${partition}`;
    this.partition = partition;
    this.#settings = settings;
    const all = database.prepare(distinct('series', 'partition = ?1')).all(partition) as { it: string }[];
    const names = all.map(({ it }) => it);
    this.series = settings.series ? names.filter(nameTest(settings.series)) : names;
    this.#names = JSON.stringify(this.series);
    this.#sql = {
      count: database.prepare(`SELECT count(*) AS count ${READINGS}`),
      first: database.prepare(edge('min')),
      last: database.prepare(edge('max')),
      read: database.prepare(`SELECT series, time, reading.value AS value ${READINGS} ORDER BY time, series`),
    };
  }

  async extent(): Promise<Extent | undefined> {
    const within = this.#within(-Infinity, Infinity);
    const { time: first } = this.#sql.first.get(...within) as { time: number | null };
    const { time: last } = this.#sql.last.get(...within) as { time: number | null };
    return first === null || last === null ? undefined : { first, last };
  }

  async count(from: number, to: number): Promise<number> {
    return (this.#sql.count.get(...this.#within(from, to)) as { count: number }).count;
  }

  async first(from: number, to: number): Promise<number | undefined> {
    const { time } = this.#sql.first.get(...this.#within(from, to)) as { time: number | null };
    return time ?? undefined;
  }

  async read(from: number, to: number): Promise<readonly ArchivedReading[]> {
    return this.#sql.read.all(...this.#within(from, to)) as unknown as ArchivedReading[];
  }

  /** The stretch, as far as the settings allow. */
  #within(start: number, end: number): SQLInputValue[] {
    const { from = -Infinity, to = Infinity } = this.#settings;
    return [this.#names, this.partition, Math.max(start, from), Math.min(end, to)];
  }
}
