import { ForetideError } from '../errors.ts';
import { FileBytes } from './file-bytes.ts';
import { readable } from './file-path.ts';
import { FileReader, type FileShape } from './file-reader.ts';
import type { FileSettings } from './file-settings.ts';
import { openParquet } from './parquet-file.ts';
import type { Source, SourceHandler, SourcePlace, SourceRecord } from './source.ts';
import { play, type Track } from './turns.ts';

/** Records that are looked at in one go to find first and last time. */
const SLICE = 512;

/**
 * Files as a source: each file is a partition, each line (or row of CSV or Parquet) a record whose offset counts from 0. Blank lines do
 * not count.
 *
 * 1. The files take turns, unless the handler merges them.
 * 2. A table begins with the names of its columns, unless the settings tell them; all files of a run have the same.
 * 3. Text that is packed (gzip, Zstandard) is unpacked as it is read, and its offsets are those of the content.
 * 4. Where a file cannot be read on, what stands before is handed over and committed before the run ends with the error.
 */
export class FileSource implements Source {
  readonly name: string;
  readonly #settings: FileSettings;
  readonly #timeOf: (record: SourceRecord) => number | undefined;
  readonly #shape: FileShape;
  /** Share of each file that has been handed over. */
  readonly #shares = new Map<number, number>();
  #begins: ReadonlyMap<number, SourcePlace> = new Map();

  /**
   * @param timeOf event time of a record in ms, undefined where it has none; only `span` asks for it
   * @param shape how records are split where the files are tables; left out, each line is a record
   */
  constructor(
    settings: FileSettings,
    timeOf: (record: SourceRecord) => number | undefined,
    shape?: FileShape,
  ) {
    this.#settings = settings;
    this.#timeOf = timeOf;
    this.#shape = shape;
    this.name = `file ${settings.paths.join(', ')}`;
  }

  async check(): Promise<readonly string[]> {
    return Promise.all(
      this.#settings.paths.map(async (path) => {
        await readable(path);
        const isText = this.#shape === undefined || 'delimiter' in this.#shape;
        const found = isText ? `about ${await countLines(path)} lines` : await rowsOf(path);
        return `file ${path}: readable, ${found}`;
      }),
    );
  }

  begins(places: ReadonlyMap<number, SourcePlace>): void {
    this.#begins = places;
  }

  progress(): number {
    const { paths } = this.#settings;
    return [...this.#shares.values()].reduce((sum, share) => sum + share, 0) / paths.length;
  }

  async run(handler: SourceHandler, stop: AbortSignal): Promise<void> {
    const { paths } = this.#settings;
    const readers: FileReader[] = [];
    const before: number[] = [];
    try {
      for (const [partition, path] of paths.entries()) {
        await readable(path);
        const next = (await handler.open(partition)) ?? 0;
        readers.push(new FileReader(partition, path, next, this.#shape));
        before.push(await this.#shareBefore(partition, path));
      }
      await play(
        readers.map((reader, i) => this.#track(reader, before[i]!)),
        handler,
        stop,
      );
      if (!stop.aborted) for (const { partition } of readers) this.#shares.set(partition, 1);
    } catch (error) {
      if (error instanceof ForetideError && error.code === 'FILE_FORMAT') await handler.drain?.();
      throw error;
    } finally {
      await Promise.all(readers.map((reader) => reader.close()));
    }
  }

  /** Share of a file that lies before what the progress is of. */
  async #shareBefore(partition: number, path: string): Promise<number> {
    const place = this.#begins.get(partition);
    if (!place) return 0;
    const reader = new FileReader(partition, path, place.next, this.#shape);
    await reader.take(1);
    const { share } = reader;
    await reader.close();
    return share;
  }

  /** @param before share of the file that does not count */
  #track(reader: FileReader, before: number): Track {
    const { partition } = reader;
    return {
      partition,
      next: async (most) => {
        const records = await reader.take(most);
        return records.length === 0 ? undefined : { partition, records, next: records.at(-1)!.offset + 1 };
      },
      taken: () => {
        const share = before < 1 ? (reader.share - before) / (1 - before) : 1;
        this.#shares.set(partition, Math.max(0, share));
      },
    };
  }

  async span(stop: AbortSignal): Promise<number> {
    let first = Infinity;
    let last = -Infinity;
    for (const [partition, path] of this.#settings.paths.entries()) {
      const reader = new FileReader(partition, path, 0, this.#shape);
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
  for await (const chunk of new FileBytes(path).chunks()) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines;
}

async function rowsOf(path: string): Promise<string> {
  const file = await openParquet(path);
  await file.close();
  return `${file.rows} rows in ${file.metadata.row_groups.length} row groups of Parquet`;
}
