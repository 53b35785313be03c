import { createReadStream } from 'node:fs';
import { ForetideError } from '../errors.ts';
import { filePath, readable } from './file-path.ts';
import { FileReader, type Table } from './file-reader.ts';
import type { FileSettings } from './file-settings.ts';
import type { Source, SourceHandler, SourceRecord } from './source.ts';
import { play, type Track } from './turns.ts';

/** Records that are looked at in one go to find first and last time. */
const SLICE = 512;

/**
 * Files as a source: each file is a partition, each line (or row of CSV) a record whose offset counts from 0. Blank lines do not
 * count.
 *
 * 1. The files take turns, unless the handler merges them.
 * 2. A table begins with the names of its columns, unless the settings tell them; all files of a run have the same.
 */
export class FileSource implements Source {
  readonly name: string;
  readonly #settings: FileSettings;
  readonly #timeOf: (record: SourceRecord) => number | undefined;
  readonly #table: Table | undefined;
  #total = 0;
  #done = 0;

  /**
   * @param timeOf event time of a record in ms, undefined where it has none; only `span` asks for it
   * @param table how rows are split where the files are tables; left out, each line is a record
   */
  constructor(settings: FileSettings, timeOf: (record: SourceRecord) => number | undefined, table?: Table) {
    this.#settings = settings;
    this.#timeOf = timeOf;
    this.#table = table;
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
    const { paths } = this.#settings;
    const readers: FileReader[] = [];
    try {
      for (const [partition, path] of paths.entries()) {
        await readable(path);
        this.#total += await countLines(filePath(path));
        const next = (await handler.open(partition)) ?? 0;
        this.#done += next;
        readers.push(new FileReader(partition, path, next, this.#table));
      }
      await play(
        readers.map((reader) => this.#track(reader)),
        handler,
        stop,
      );
      // the lines that were counted are not all records
      if (!stop.aborted) this.#done = this.#total;
    } finally {
      await Promise.all(readers.map((reader) => reader.close()));
    }
  }

  #track(reader: FileReader): Track {
    const { partition } = reader;
    let size = 0;
    return {
      partition,
      next: async (most) => {
        const records = await reader.take(most);
        size = records.length;
        return size === 0 ? undefined : { partition, records, next: records.at(-1)!.offset + 1 };
      },
      taken: () => {
        this.#done += size;
      },
    };
  }

  async span(stop: AbortSignal): Promise<number> {
    let first = Infinity;
    let last = -Infinity;
    for (const [partition, path] of this.#settings.paths.entries()) {
      const reader = new FileReader(partition, path, 0, this.#table);
      for (let records = await reader.take(SLICE); records.length > 0; records = await reader.take(SLICE)) {
        if (stop.aborted) break;
        for (const record of records) {
          const time = this.#timeOf(record);
          if (time === undefined) continue;
          first = Math.min(first, time);
          last = Math.max(last, time);
        }
      }
      await reader.close();
    }
    return Math.max(1, last - first);
  }
}

/**
 * The names in the first line of a table.
 *
 * @throws ForetideError FILE_UNREADABLE; FILE_FORMAT where the file is empty
 */
export async function csvColumns(path: string, delimiter: string): Promise<string[]> {
  await readable(path);
  const reader = new FileReader(0, path, -1, { delimiter });
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

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines;
}
