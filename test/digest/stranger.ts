import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { RangeDigest } from '../../src/digest/range-digest.ts';

/**
 * The sums of a partition from the tables of its run alone, as somebody would compute them who knows nothing but the format: the same as the run kept, where
 * retention has removed nothing.
 *
 * @param state the label of anomalies, which their table does not have
 */
export function recomputed(path: DatabaseSync, partition: number, state: string) {
  const rows = (sql: string): Record<string, unknown>[] =>
    path.prepare(sql).all(...(sql.includes('?') ? [partition] : []));
  const { text } = rows('SELECT text FROM meaning')[0] as { text: string };
  const fingerprint = (JSON.parse(text) as { model: string }).model.slice(0, 12);
  const h = (row: Record<string, unknown>): string => String(row['h']).padStart(2, '0');
  const numbered = (table: string, rank: string): Record<string, unknown>[] =>
    rows(`SELECT *, ${rank} AS number FROM ${table} WHERE partition = ?`);
  const outputs = [
    ...numbered('reading', 'row_number() OVER (PARTITION BY series ORDER BY time)').map((row) =>
      point('reading', row, {}, {}, ['value']),
    ),
    ...numbered('forecast', 'row_number() OVER (PARTITION BY series, model, h ORDER BY time)').map((row) =>
      point('forecast', row, { model: row['model'], h: h(row) }, { fingerprint }, ['yhat', 'lo', 'hi']),
    ),
    ...numbered('anomaly', 'row_number() OVER (PARTITION BY series ORDER BY time)').map((row) =>
      point('anomaly', row, {}, { state }, ['score', 'value', 'expected', 'lo', 'hi']),
    ),
    ...numbered('event', 'dense_rank() OVER (PARTITION BY series ORDER BY time)').map((row) =>
      point('event', row, { model: row['model'], kind: row['kind'], h: h(row) }, {}, [
        'value',
        'expected',
        'width',
      ]),
    ),
  ];
  const dead = rows(
    'SELECT *, row_number() OVER (ORDER BY offset, id) AS number FROM dead_letter WHERE partition = ?',
  ).map(letter);
  return { outputs: outputs.length, sum: sum(outputs), dead: dead.length, deadSum: sum(dead) } satisfies Omit<
    RangeDigest,
    'from' | 'to' | 'before'
  >;
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const f64 = (value: unknown): Buffer => {
  if (value === null) return Buffer.from('000000000000f87f', 'hex');
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(Number(value));
  return bytes;
};
const text = (value: unknown): Buffer => {
  const bytes = Buffer.from(String(value));
  return Buffer.concat([u32(bytes.length), bytes]);
};
const texts = (all: Record<string, unknown>): Buffer =>
  Buffer.concat([
    u32(Object.keys(all).length),
    ...Object.keys(all)
      .toSorted()
      .flatMap((name) => [text(name), text(all[name])]),
  ]);

function point(
  measurement: string,
  row: Record<string, unknown>,
  tags: Record<string, unknown>,
  labels: Record<string, unknown>,
  fields: readonly string[],
): Buffer {
  const names = fields.toSorted();
  return Buffer.concat([
    text(measurement),
    texts(tags),
    texts(labels),
    u32(names.length),
    ...names.map(text),
    text(row['series']),
    f64(row['time']),
    f64(row['number']),
    ...names.map((name) => f64(row[name])),
  ]);
}

function letter(row: Record<string, unknown>): Buffer {
  const bytes = row['bytes'] as Uint8Array | null;
  return Buffer.concat([
    text('dead_letter'),
    text(row['series']),
    f64(row['number']),
    text(row['reason']),
    text(row['detail']),
    ...(bytes ? [u32(bytes.length), bytes] : [u32(0xffff_ffff)]),
  ]);
}

function sum(all: readonly Buffer[]): string {
  const hash = (bytes: Buffer): bigint => BigInt(`0x${createHash('sha256').update(bytes).digest('hex')}`);
  return (all.reduce((total, bytes) => total + hash(bytes), 0n) % 2n ** 256n).toString(16).padStart(64, '0');
}
