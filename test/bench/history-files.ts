import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { parquetWriteFile } from 'hyparquet-writer';
import { RecordedRun, type StoredReading } from '../source/sqlite-run.ts';
import { type SensorReading, sensorReadings } from './readings.ts';

/** The kinds of history that the bench of sources reads; the packed ones are of the CSV. */
export const HISTORIES = ['csv', 'csv.gz', 'csv.zst', 'ndjson', 'lp', 'parquet', 'sqlite'] as const;
export type HistoryKind = (typeof HISTORIES)[number];

/** Lines that are written at a time. */
const BLOCK = 10_000;
const ROW_GROUP = 1 << 20;
/** Readings of one commit. */
const COMMIT = 100_000;

/** The settings `input` of a history, and the path of its file. */
export interface HistoryFile {
  readonly path: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Writes the first readings of 1,000 sensors, the same in every kind. */
export async function writeHistory(folder: string, kind: HistoryKind, count: number): Promise<HistoryFile> {
  const path = join(folder, `readings.${kind}`);
  switch (kind) {
    case 'csv':
      await writeLines(path, csvLines(count));
      break;
    case 'csv.gz':
    case 'csv.zst': {
      const csv = join(folder, 'packed.csv');
      await writeLines(csv, csvLines(count));
      const packer = kind === 'csv.gz' ? createGzip() : createZstdCompress();
      await pipeline(createReadStream(csv), packer, createWriteStream(path));
      break;
    }
    case 'ndjson':
      await writeLines(
        path,
        lines(count, (reading) => JSON.stringify(reading)),
      );
      break;
    case 'lp':
      await writeLines(
        path,
        lines(count, ({ sensor, time, value }) => `reading,sensor=${sensor} value=${value} ${time}000000`),
      );
      break;
    case 'parquet':
      writeParquet(path, count);
      break;
    case 'sqlite':
      await writeRun(path, count);
      break;
  }
  return { path, input: inputOf(kind, path) };
}

function inputOf(kind: HistoryKind, path: string): Readonly<Record<string, unknown>> {
  const file = { kind: 'file', paths: [path] };
  const values = ['value'];
  if (kind === 'sqlite') return { kind: 'sqlite', path };
  if (kind === 'lp') return { ...file, decode: { format: 'line-protocol' } };
  if (kind === 'ndjson') return { ...file, decode: { format: 'json', values } };
  return { ...file, decode: { format: kind === 'parquet' ? 'parquet' : 'csv', values } };
}

function* lines(count: number, line: (reading: SensorReading) => string): Generator<string> {
  for (const reading of sensorReadings(count)) yield line(reading);
}

function* csvLines(count: number): Generator<string> {
  yield 'time,sensor,value';
  yield* lines(count, ({ sensor, time, value }) => `${new Date(time).toISOString()},${sensor},${value}`);
}

async function writeLines(path: string, all: Iterable<string>): Promise<void> {
  function* blocks(): Generator<string> {
    let block: string[] = [];
    for (const line of all) {
      block.push(line);
      if (block.length < BLOCK) continue;
      yield `${block.join('\n')}\n`;
      block = [];
    }
    if (block.length > 0) yield `${block.join('\n')}\n`;
  }
  await pipeline(Readable.from(blocks()), createWriteStream(path));
}

function writeParquet(path: string, count: number): void {
  const time = new BigInt64Array(count);
  const value = new Float64Array(count);
  const sensor: string[] = [];
  let i = 0;
  for (const reading of sensorReadings(count)) {
    time[i] = BigInt(reading.time) * 1000n;
    value[i] = reading.value;
    sensor.push(reading.sensor);
    i++;
  }
  parquetWriteFile({
    filename: path,
    rowGroupSize: ROW_GROUP,
    columnData: [
      { name: 'time', data: time },
      { name: 'sensor', data: sensor },
      { name: 'value', data: value },
    ],
    schema: [
      { name: 'root', num_children: 3 },
      { name: 'time', type: 'INT64', converted_type: 'TIMESTAMP_MICROS', repetition_type: 'REQUIRED' },
      { name: 'sensor', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'value', type: 'DOUBLE', repetition_type: 'REQUIRED' },
    ],
  });
}

async function writeRun(path: string, count: number): Promise<void> {
  const run = new RecordedRun(path);
  let readings: StoredReading[] = [];
  for (const { sensor, time, value } of sensorReadings(count)) {
    readings.push([0, sensor, time, value]);
    if (readings.length < COMMIT) continue;
    await run.write(readings);
    readings = [];
  }
  if (readings.length > 0) await run.write(readings);
  await run.close();
}
