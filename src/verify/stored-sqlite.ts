import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { LoggedCommand } from '../command.ts';
import { RangeDigest } from '../digest/range-digest.ts';
import { ForetideError } from '../errors.ts';
import { horizonTag } from '../forecast/horizon-tag.ts';
import type { DeadLetter } from '../frame.ts';
import type { Task } from '../run/task.ts';
import { isWithdrawn, type Points } from '../sink/points.ts';
import { digestKey } from '../store/sqlite.ts';
import { outputKey, outputRow, ROW_KEYS } from '../store/sqlite-rows.ts';
import { SCHEMA_VERSION } from '../store/sqlite-schema.ts';
import type { StateRow } from '../store/store.ts';
import { type Difference, shownValue } from './difference.ts';
import { stateDifference } from './state-difference.ts';
import type { Stored, StoredPartition } from './stored.ts';

type Measurement = Points['measurement'];
const TABLES = Object.keys(ROW_KEYS) as Measurement[];

/** What of a run's outputs its tables hold. */
export interface Holds {
  readonly outputs: boolean;
  readonly letters: boolean;
}

/** Dead letters that the sink's server refused: no run without it gives them. */
const OWN_LETTERS = "reason <> 'rejected'";

/** What a run has left in its SQLite file: state, and where the outputs go there these as well. */
export class StoredSqlite implements Stored {
  readonly where: string;
  readonly partitions: readonly StoredPartition[];
  readonly #database: DatabaseSync;
  readonly #holds: Holds;
  readonly #cutoff: number;
  readonly #rows: Readonly<Record<Measurement, StatementSync>>;
  /** Rows of each table that have come again, and were there. */
  readonly #found = new Map<string, number>();
  /** Their keys, where they are wanted. */
  readonly #keys: Set<string> | undefined;
  /** Of rows that late readings may revise, by their keys: where the last that has come differs from the stored one. */
  readonly #open = new Map<string, Difference>();
  /** Those that were revised, and are as they are stored. */
  readonly #revised = new Set<string>();
  /** Whether there are rows too many, and it was not said which. */
  #isVague = false;
  readonly #names = new Map<Measurement, readonly string[]>();
  /** Positions that partitions begin at, where that is in the middle. */
  readonly #begun = new Map<number, number>();
  readonly #letters = new Map<number, Iterator<Record<string, unknown>>>();

  /**
   * @param isThorough whether the keys of all rows are kept, so that `left` can name a row
   * @throws ForetideError FILE_UNREADABLE, STATE_MISMATCH, STATE_CORRUPT
   */
  constructor(path: string, holds: Holds, isThorough: boolean) {
    if (!existsSync(path)) {
      throw new ForetideError('FILE_UNREADABLE', {
        what: 'There is no such SQLite file',
        got: path,
        todo: 'Name the store of the run with store.path or --from-store.',
      });
    }
    this.where = path;
    this.#holds = holds;
    this.#database = new DatabaseSync(path, { readOnly: true });
    // everything is read as of the first question
    this.#database.exec('BEGIN');
    const version = this.#meta('schema');
    if (version !== String(SCHEMA_VERSION)) {
      this.#database.close();
      throw new ForetideError('STATE_MISMATCH', {
        what: 'The SQLite file was written by another version of Foretide',
        expected: `schema ${SCHEMA_VERSION}`,
        got: `schema ${version}`,
        where: path,
        todo: 'Verify with the version that wrote it.',
      });
    }
    this.#cutoff = Number(this.#meta('cutoff') ?? -Infinity);
    const select = (table: Measurement): StatementSync => {
      const isThis = ROW_KEYS[table].map((name) => `${name} = ?`);
      return this.#database.prepare(`SELECT * FROM ${table} WHERE ${isThis.join(' AND ')}`);
    };
    this.#rows = Object.fromEntries(TABLES.map((table) => [table, select(table)])) as Record<
      Measurement,
      StatementSync
    >;
    this.#keys = isThorough ? new Set() : undefined;
    this.partitions = this.#partitions();
  }

  #partitions(): readonly StoredPartition[] {
    const rows = this.#all('SELECT partition, next, fingerprint FROM position ORDER BY partition');
    return rows.map((row) => {
      const { partition, next, fingerprint } = row as {
        partition: number;
        next: number;
        fingerprint: string;
      };
      const commands = this.#all('SELECT * FROM command WHERE partition = ? ORDER BY number', partition);
      return {
        partition,
        next,
        fingerprint,
        digest: this.#digest(partition),
        commands: commands.map(({ number, before, command }) =>
          LoggedCommand.parse({ number, before, command: JSON.parse(command as string) as unknown }),
        ),
      };
    });
  }

  #digest(partition: number): RangeDigest | undefined {
    const text = this.#meta(digestKey(partition));
    if (text === undefined) return undefined;
    const { data, error } = RangeDigest.safeParse(JSON.parse(text));
    if (data) return data;
    throw new ForetideError('STATE_CORRUPT', {
      what: 'The sums over the outputs cannot be read',
      got: text.slice(0, 200),
      where: `${this.where}: meta, ${digestKey(partition)}`,
      todo: 'Verify with the version that wrote them.',
      cause: error,
    });
  }

  compareState(task: Task): Difference | undefined {
    const { partition } = task;
    const select = (from: string): Iterable<StateRow> =>
      this.#database
        .prepare(`SELECT series, bytes FROM ${from}`)
        .iterate(partition) as Iterable<unknown> as Iterable<StateRow>;
    const rows = select('state WHERE partition = ? ORDER BY birth');
    // files of before have no such table
    const archived = task.memory.evicts ? select('archive WHERE partition = ? ORDER BY series') : [];
    const position = this.#database.prepare('SELECT slots FROM position WHERE partition = ?').get(partition);
    return stateDifference(task, rows, archived, (position as { slots: Uint8Array }).slots);
  }

  compare(partition: number, block: Points): Difference | undefined {
    if (!this.#holds.outputs) return undefined;
    const { measurement, time } = block;
    for (let i = 0; i < block.length; i++) {
      if (time[i]! < this.#cutoff) continue;
      const difference = this.#compareRow(partition, block, i);
      const key = JSON.stringify([measurement, ...outputKey(partition, block, i)]);
      if (block.fields['revision']) {
        // only the last of its revisions is stored
        if (difference) this.#open.set(key, difference);
        else this.#open.delete(key);
        if (difference || isWithdrawn(block) || this.#revised.has(key)) continue;
        if (block.fields['revision'][i]! > 0) this.#revised.add(key);
      } else if (difference) return difference;
      this.#found.set(countKey(partition, measurement), this.#count(partition, measurement) + 1);
      this.#keys?.add(key);
    }
    return undefined;
  }

  #compareRow(partition: number, block: Points, i: number): Difference | undefined {
    const { measurement } = block;
    const columns = this.#columns(measurement);
    const key = outputKey(partition, block, i);
    const row = isWithdrawn(block) ? undefined : outputRow(partition, block, i);
    const differs = (stored: Record<string, unknown>): number =>
      row ? columns.findIndex((name, c) => stored[name] !== row[c]) : 0;
    const all = this.#rows[measurement].all(...key);
    const kept = all.find((stored) => differs(stored) < 0) ?? all[0];
    const at = kept ? differs(kept) : 0;
    if (at < 0 || (!kept && !row)) return undefined;
    const both = kept && row;
    return {
      partition,
      offset: Number.isNaN(block.offset[i]!) ? null : block.offset[i]!,
      series: block.series[i]!,
      time: block.time[i]!,
      what: nameOf(measurement, block.tags['h']),
      column: both ? columns[at]! : '',
      stored: both ? shownValue(kept[columns[at]!]) : kept ? 'a row' : 'none',
      again: both ? shownValue(row[at]) : row ? 'a row' : 'none',
    };
  }

  compareDead(partition: number, letters: readonly DeadLetter[]): Difference | undefined {
    if (!this.#holds.letters) return undefined;
    for (const letter of letters) {
      const kept = this.#nextLetter(partition);
      const found = kept ? LETTER.find((name) => !isSame(kept[name], letter[name])) : 'offset';
      if (found === undefined) continue;
      return {
        partition,
        offset: letter.offset,
        series: letter.series,
        time: null,
        what: 'dead letter',
        column: kept ? found : '',
        stored: kept ? shownValue(kept[found]) : 'none',
        again: kept ? shownValue(letter[found]) : letter.reason,
      };
    }
    return undefined;
  }

  left(partition: number): Difference | undefined {
    for (const difference of this.#open.values()) if (difference.partition === partition) return difference;
    // what came before the beginning has not come again
    if (this.#begun.has(partition)) return this.#letterLeft(partition);
    for (const table of this.#holds.outputs ? TABLES : []) {
      const rows = Number(
        this.#one(`SELECT count(*) FROM ${table} WHERE partition = ? AND time >= ?`, partition, this.#cutoff),
      );
      const found = this.#count(partition, table);
      if (rows === found) continue;
      const row = this.#stray(partition, table);
      const { h } = (row ?? {}) as { readonly h?: number };
      const what = nameOf(table, h === undefined ? undefined : horizonTag(h));
      const stored = row ? 'a row' : `${rows} rows`;
      const again = row ? 'none' : String(found);
      const series = row ? (row['series'] as string) : '';
      const time = row ? (row['time'] as number) : null;
      if (!row) this.#isVague = true;
      return { partition, offset: null, column: '', stored, again, series, time, what };
    }
    return this.#letterLeft(partition);
  }

  #letterLeft(partition: number): Difference | undefined {
    const letter = this.#holds.letters ? this.#nextLetter(partition) : undefined;
    if (!letter) return undefined;
    const { series, offset, reason } = letter as { series: string; offset: number; reason: string };
    return {
      partition,
      series,
      offset,
      time: null,
      what: 'dead letter',
      column: '',
      stored: reason,
      again: 'none',
    };
  }

  isWorthMore(): boolean {
    return this.#isVague;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** The first row of a table whose key did not come again. */
  #stray(partition: number, table: Measurement): Record<string, unknown> | undefined {
    if (!this.#keys) return undefined;
    const rows = this.#database
      .prepare(`SELECT * FROM ${table} WHERE partition = ? AND time >= ? ORDER BY time, series`)
      .iterate(partition, this.#cutoff) as Iterable<Record<string, unknown>>;
    for (const row of rows)
      if (!this.#keys.has(JSON.stringify([table, ...ROW_KEYS[table].map((name) => row[name])]))) return row;
    return undefined;
  }

  /** Names of a table's columns, the number of an alert apart. */
  #columns(table: Measurement): readonly string[] {
    const known = this.#names.get(table);
    if (known) return known;
    const columns = this.#rows[table].columns().map(({ name }) => name);
    const own = columns.filter((name) => name !== 'id');
    this.#names.set(table, own);
    return own;
  }

  #count(partition: number, table: Measurement): number {
    return this.#found.get(countKey(partition, table)) ?? 0;
  }

  begin(partition: number, position: number): void {
    this.#begun.set(partition, position);
  }

  #nextLetter(partition: number): Record<string, unknown> | undefined {
    let letters = this.#letters.get(partition);
    if (!letters) {
      const select = this.#database.prepare(
        `SELECT * FROM dead_letter WHERE partition = ? AND offset >= ? AND ${OWN_LETTERS} ORDER BY offset, id`,
      );
      const from = this.#begun.get(partition) ?? 0;
      letters = select.iterate(partition, from) as Iterator<Record<string, unknown>>;
      this.#letters.set(partition, letters);
    }
    const { value, done } = letters.next();
    return done ? undefined : value;
  }

  #meta(key: string): string | undefined {
    return this.#one('SELECT value FROM meta WHERE key = ?', key);
  }

  /** The only column of the only row. */
  #one(sql: string, ...parameters: SQLInputValue[]): string | undefined {
    const row = this.#database.prepare(sql).get(...parameters);
    return row === undefined ? undefined : String(Object.values(row)[0]);
  }

  #all(sql: string, ...parameters: SQLInputValue[]): Record<string, unknown>[] {
    return this.#database.prepare(sql).all(...parameters);
  }
}

const LETTER = ['offset', 'series', 'reason', 'detail', 'bytes'] as const;

function isSame(kept: unknown, value: unknown): boolean {
  if (kept instanceof Uint8Array && value instanceof Uint8Array) return Buffer.compare(kept, value) === 0;
  return kept === value;
}

function nameOf(measurement: string, h: string | undefined): string {
  return h === undefined ? measurement : `${measurement} h=${h}`;
}

function countKey(partition: number, table: string): string {
  return `${partition}/${table}`;
}
