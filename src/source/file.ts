import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CsvError, parse as parseCsv } from 'csv-parse';
import { ForetideError } from '../errors.ts';
import type { Batch, Source, SourceHandler, SourceRecord } from './source.ts';
import type { FileSettings } from './file-settings.ts';

const BUNDLED = 'bundled:';
const RECORDINGS = new URL('../../pipelines/recordings/', import.meta.url);
/** Records that are handed over at a time at full speed. */
const SLICE = 512;
/** Time between two portions of a paced recording. */
const TICK_MS = 40;
const MAX_LINE = 1 << 20;

/** Where a file of the settings lies: a path, or a recording that comes with the package. */
export function filePath(path: string): string {
  return path.startsWith(BUNDLED) ? fileURLToPath(new URL(path.slice(BUNDLED.length), RECORDINGS)) : path;
}

/**
 * Files as a source: each file is a partition, each line (or row of CSV) a record whose offset counts from 0.
 *
 * 1. At full speed the files take turns; at a pace they are merged by event time, which needs `timeOf`.
 * 2. A CSV file begins with the names of its columns; all files of a run have the same.
 */
export class FileSource implements Source {
  readonly name: string;
  readonly #settings: FileSettings;
  readonly #timeOf: (record: SourceRecord) => number | undefined;
  #total = 0;
  #done = 0;

  /** @param timeOf event time of a record in ms, undefined where it has none; only used to pace */
  constructor(settings: FileSettings, timeOf: (record: SourceRecord) => number | undefined) {
    this.#settings = settings;
    this.#timeOf = timeOf;
    this.name = `file ${settings.paths.join(', ')}`;
  }

  async check(): Promise<readonly string[]> {
    return Promise.all(
      this.#settings.paths.map(async (path) => {
        await readable(path);
        return `file ${path}: readable, about ${await countLines(filePath(path))} lines`;
      }),
    );
  }

  progress(): number {
    return this.#total === 0 ? 0 : Math.min(1, this.#done / this.#total);
  }

  async run(handler: SourceHandler, stop: AbortSignal): Promise<void> {
    const { paths, pace } = this.#settings;
    const readers: Reader[] = [];
    try {
      for (const [partition, path] of paths.entries()) {
        await readable(path);
        this.#total += await countLines(filePath(path));
        const next = (await handler.open(partition)) ?? 0;
        this.#done += next;
        readers.push(new Reader(partition, path, next));
      }
      if (pace.kind === 'max') await this.#takeTurns(readers, handler, stop);
      else await this.#playBack(readers, handler, stop);
    } finally {
      await Promise.all(readers.map((reader) => reader.close()));
    }
  }

  async #takeTurns(readers: readonly Reader[], handler: SourceHandler, stop: AbortSignal): Promise<void> {
    let open = readers;
    while (open.length > 0) {
      const left: Reader[] = [];
      for (const reader of open) {
        if (stop.aborted) return;
        const records = await reader.take(SLICE);
        await this.#hand(handler, reader, records);
        if (records.length === SLICE) left.push(reader);
      }
      open = left;
    }
  }

  async #playBack(readers: readonly Reader[], handler: SourceHandler, stop: AbortSignal): Promise<void> {
    const { pace } = this.#settings;
    const timeOf = this.#timeOf;
    let speed = 1;
    if (pace.kind === 'times') speed = pace.factor;
    if (pace.kind === 'within') speed = (await this.#span()) / pace.ms;
    let clock: { wall: number; event: number } | undefined;
    for (;;) {
      if (stop.aborted) return;
      let nextTime = Infinity;
      for (const reader of readers) nextTime = Math.min(nextTime, await reader.nextTime(timeOf));
      if (nextTime === Infinity) break;
      clock ??= { wall: performance.now(), event: nextTime };
      const now = clock.event + (performance.now() - clock.wall) * speed;
      if (nextTime > now) {
        const wait = Math.min((nextTime - now) / speed, 1000);
        await sleep(Math.max(TICK_MS, wait), undefined, { signal: stop }).catch(() => undefined);
        continue;
      }
      for (const reader of readers) {
        const due: SourceRecord[] = [];
        while (due.length < SLICE && (await reader.nextTime(timeOf)) <= now) due.push(reader.shift());
        await this.#hand(handler, reader, due);
      }
    }
    // records without a time at the very end of a file
    for (const reader of readers) await this.#hand(handler, reader, await reader.take(Infinity));
  }

  async #hand(handler: SourceHandler, reader: Reader, records: readonly SourceRecord[]): Promise<void> {
    if (records.length === 0) return;
    const batch: Batch = { partition: reader.partition, records, next: records.at(-1)!.offset + 1 };
    await handler.handle(batch);
    this.#done += records.length;
  }

  /** From the first event time of all files to the last, ms. */
  async #span(): Promise<number> {
    let first = Infinity;
    let last = -Infinity;
    for (const [partition, path] of this.#settings.paths.entries()) {
      const reader = new Reader(partition, path, 0);
      for (let records = await reader.take(SLICE); records.length > 0; records = await reader.take(SLICE)) {
        for (const record of records) {
          const time = this.#timeOf(record);
          if (time === undefined) continue;
          first = Math.min(first, time);
          last = Math.max(last, time);
        }
      }
    }
    return Math.max(1, last - first);
  }
}

/** The names in the first line of a CSV file. */
export async function csvColumns(path: string): Promise<string[]> {
  await readable(path);
  const reader = new Reader(0, path, -1);
  const [header] = await reader.take(1);
  await reader.close();
  if (!header?.cells) {
    throw new ForetideError('FILE_FORMAT', {
      what: 'The file is empty',
      expected: 'a line with the names of the columns',
      where: `${path}:1`,
    });
  }
  return [...header.cells];
}

async function readable(path: string): Promise<void> {
  try {
    await access(filePath(path), constants.R_OK);
  } catch (cause) {
    throw new ForetideError('FILE_UNREADABLE', {
      what: 'Cannot read the file',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      todo: 'Check input.paths.',
      cause,
    });
  }
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines;
}

/** Reads one file record by record, from an offset on. Offset −1 of a CSV file is its header. */
class Reader {
  readonly partition: number;
  readonly #path: string;
  readonly #records: AsyncGenerator<SourceRecord>;
  #ahead: SourceRecord | undefined;
  #aheadTime: number | undefined;
  #lastTime = -Infinity;

  constructor(partition: number, path: string, from: number) {
    this.partition = partition;
    this.#path = path;
    this.#records = path.endsWith('.csv') ? this.#csv(from) : this.#lines(from);
  }

  async take(count: number): Promise<SourceRecord[]> {
    const records: SourceRecord[] = [];
    if (this.#ahead) records.push(this.shift());
    while (records.length < count) {
      const { value, done } = await this.#records.next();
      if (done) break;
      records.push(value);
    }
    return records;
  }

  /** Event time of the next record; one without a time goes with the record before it. Infinity at the end. */
  async nextTime(timeOf: (record: SourceRecord) => number | undefined): Promise<number> {
    if (this.#aheadTime !== undefined) return this.#aheadTime;
    const { value, done } = await this.#records.next();
    if (done) return Infinity;
    this.#ahead = value;
    this.#lastTime = Math.max(this.#lastTime, timeOf(value) ?? this.#lastTime);
    this.#aheadTime = this.#lastTime;
    return this.#aheadTime;
  }

  /** The record that `nextTime` looked at. */
  shift(): SourceRecord {
    const record = this.#ahead!;
    this.#ahead = undefined;
    this.#aheadTime = undefined;
    return record;
  }

  async close(): Promise<void> {
    await this.#records.return(undefined);
  }

  async *#csv(from: number): AsyncGenerator<SourceRecord> {
    const input = createReadStream(filePath(this.#path), { highWaterMark: 1 << 18 });
    const rows = input.pipe(
      parseCsv({
        bom: true,
        raw: true,
        info: true,
        relax_column_count: true,
        relax_quotes: true,
        skip_empty_lines: true,
        max_record_size: MAX_LINE,
      }),
    );
    input.on('error', (error) => rows.destroy(error));
    let offset = -1;
    try {
      for await (const row of rows as AsyncIterable<{ record: string[]; raw: string }>) {
        if (offset >= from) yield { offset, key: null, value: Buffer.from(row.raw), cells: row.record };
        offset++;
      }
    } catch (cause) {
      const line = cause instanceof CsvError ? (cause['lines'] as number | undefined) : undefined;
      throw new ForetideError('FILE_FORMAT', {
        what: 'The CSV file cannot be read on',
        got: cause instanceof Error ? cause.message : String(cause),
        where: `${this.#path}:${line ?? offset + 2}`,
        todo: 'Mend the line, or remove it.',
        cause,
      });
    } finally {
      input.destroy();
    }
  }

  async *#lines(from: number): AsyncGenerator<SourceRecord> {
    const input = createReadStream(filePath(this.#path), { highWaterMark: 1 << 18 });
    let offset = 0;
    try {
      for await (const line of createInterface({ input, crlfDelay: Infinity })) {
        if (line.trim() === '') continue;
        if (offset >= from) yield { offset, key: null, value: Buffer.from(line) };
        offset++;
      }
    } finally {
      input.destroy();
    }
  }
}
