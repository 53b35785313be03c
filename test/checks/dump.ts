import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

/** Tables that are a function of the input, each with the order in which its rows are compared. */
const TABLES = {
  state: 'partition, series',
  position: 'partition',
  reading: 'partition, series, time',
  forecast: 'partition, series, model, h, time',
  anomaly: 'partition, series, time',
  alert: 'partition, series, time, state',
  event: 'partition, series, time, model, kind, h',
  command: 'partition, number',
  dead_letter: 'partition, offset, series, reason',
} as const;

/** What a run left: of each table the number of rows and a hash over all their bytes. */
export type Dump = Record<keyof typeof TABLES, { readonly rows: number; readonly sha256: string }>;

/** Reads every table that is a function of the input; `meta` and `commits` tell of the run and are left out, as are the row ids of alerts and dead letters. */
export function dump(database: DatabaseSync | string): Dump {
  const db = typeof database === 'string' ? new DatabaseSync(database, { readOnly: true }) : database;
  try {
    return Object.fromEntries(
      Object.entries(TABLES).map(([table, order]) => {
        const hash = createHash('sha256');
        let rows = 0;
        for (const { id: _, ...row } of db
          .prepare(`SELECT * FROM ${table} ORDER BY ${order}`)
          .iterate() as Iterable<Record<string, unknown>>) {
          rows++;
          for (const [name, value] of Object.entries(row)) {
            hash.update(`${name}=`);
            if (value instanceof Uint8Array) hash.update(value);
            else hash.update(`${typeof value}:${String(value)}`);
            hash.update('\n');
          }
        }
        return [table, { rows, sha256: hash.digest('hex') }];
      }),
    ) as Dump;
  } finally {
    if (typeof database === 'string') db.close();
  }
}
