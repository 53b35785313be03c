import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { csvColumns, FileSource } from '../../src/source/file.ts';
import { FileSettings } from '../../src/source/file-settings.ts';
import type { Batch, SourceHandler, SourceRecord } from '../../src/source/source.ts';
import { checkSource } from '../checks/source.ts';
import { parquetBytes } from './parquet-file.ts';
import { recordings } from './recording.ts';

const write = recordings();
const table = { delimiter: ',' };
const never = new AbortController().signal;
const noTime = (): undefined => undefined;

/** Event time as the first cell or the whole line, a number of ms; undefined for anything else. */
function timeOf({ value, cells }: SourceRecord): number | undefined {
  const time = Number(cells?.[0] ?? Buffer.from(value!).toString());
  return Number.isNaN(time) ? undefined : time;
}

function source(paths: readonly string[], pace = 'max', shape?: { delimiter: string }): FileSource {
  return new FileSource(FileSettings.parse({ paths, pace }), timeOf, shape);
}

/** Hands everything over; what came is [partition, text]. */
async function play(from: FileSource, stop = never, handle?: (batch: Batch) => Promise<void>) {
  const came: [number, string][] = [];
  const handler: SourceHandler = {
    open: async () => null,
    lose: async () => undefined,
    async handle(batch) {
      for (const { value } of batch.records) {
        came.push([batch.partition, Buffer.from(value!).toString()]);
      }
      await handle?.(batch);
    },
  };
  await from.run(handler, stop);
  return came;
}

checkSource('FileSource of lines', async (content) => {
  const paths = content.map((lines) => write(lines.map((line) => `${line}\n`).join('')));
  return { open: () => new FileSource(FileSettings.parse({ paths }), noTime) };
});

checkSource('FileSource of tables', async (content) => {
  const paths = content.map((rows) =>
    write(['name,number', ...rows.map((row, i) => `${row},${i}`)].join('\r\n')),
  );
  return {
    open: () => new FileSource(FileSettings.parse({ paths }), noTime, table),
    text: ({ cells }) => cells![0]!,
  };
});

for (const [name, pack] of [
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const) {
  checkSource(`FileSource of lines packed by ${name}`, async (content) => {
    const paths = content.map((lines) => write(pack(lines.map((line) => `${line}\n`).join(''))));
    return { open: () => new FileSource(FileSettings.parse({ paths }), noTime) };
  });

  checkSource(`FileSource of tables packed by ${name}`, async (content) => {
    // of several members
    const paths = content.map((rows) => {
      const half = rows.length >> 1;
      const parts = [
        `name\n${rows.slice(0, half).join('\n')}`,
        `${half > 0 ? '\n' : ''}${rows.slice(half).join('\n')}`,
      ];
      return write(Buffer.concat(parts.map((part) => pack(part))));
    });
    return {
      open: () => new FileSource(FileSettings.parse({ paths }), noTime, table),
      text: ({ cells }) => cells![0]!,
    };
  });
}

checkSource('FileSource of Parquet', async (content) => {
  const paths = content.map((rows) =>
    write(parquetBytes({ rowGroupSize: 700, columnData: [{ name: 'name', data: [...rows] }] })),
  );
  return {
    open: () => new FileSource(FileSettings.parse({ paths }), noTime, { columns: ['name'] }),
    text: ({ value }) => (JSON.parse(String(value)) as { name: string }).name,
  };
});

describe('FileSource', () => {
  test('at full speed the files take turns', async () => {
    const lines = (name: string, n: number) => Array.from({ length: n }, (_, i) => `${name}${i}`).join('\n');
    const partitions: number[] = [];
    await play(source([write(lines('a', 1100)), write(lines('b', 600))]), never, async (batch) => {
      partitions.push(batch.partition);
    });
    expect(partitions).toEqual([0, 1, 0, 1, 0]);
  });

  test('says how far it is, from 0 to 1, also of a file that is gone on with', async () => {
    const path = write(`head\n${'r\n\n'.repeat(2000)}`);
    const recording = source([path], 'max', table);
    expect(recording.progress()).toBe(0);
    const shares: number[] = [];
    await play(recording, never, async () => {
      shares.push(recording.progress());
    });
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(recording.progress()).toBe(1);

    const again = source([path], 'max', table);
    await again.run(
      { open: async () => 2000, handle: async () => undefined, lose: async () => undefined },
      never,
    );
    expect(again.progress()).toBe(1);
  });

  test('says how much time it takes up, from the first of all files to the last', async () => {
    expect(await source([write('5\n3000\nnever'), write('9000\n70')]).span(never)).toBe(8995);
    expect(await source([write('never')]).span(never)).toBe(1);
  });

  test('a packed file that is cut off: what stands before is handed over and committed, then the run ends with the error', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i * 7919}`);
    const path = write(gzipSync(lines.join('\n')).subarray(0, -5000));
    const seen: string[] = [];
    const events: string[] = [];
    const running = source([path]).run(
      {
        open: async () => null,
        lose: async () => undefined,
        handle: async ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
        drain: async () => void events.push(`drained at ${seen.length}`),
      },
      never,
    );
    await expect(running).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { what: 'The packed file is cut off' },
    });
    expect(seen.length).toBeGreaterThan(10_000);
    // the line that was cut is none
    expect(seen).toEqual(lines.slice(0, seen.length));
    expect(events).toEqual([`drained at ${seen.length}`]);
    await expect(source([path]).check()).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });

  test('the check says what is in a Parquet file', async () => {
    const path = write(parquetBytes({ rowGroupSize: 2, columnData: [{ name: 'x', data: [1, 2, 3] }] }));
    const settings = FileSettings.parse({ paths: [path] });
    expect(await new FileSource(settings, noTime, { columns: ['x'] }).check()).toEqual([
      `file ${path}: readable, 3 rows in 2 row groups of Parquet`,
    ]);
  });

  test('a file that cannot be read ends the run and the check', async () => {
    const gone = source([write('a'), 'bundled:none.csv']);
    await expect(gone.check()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(play(gone)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  test('bundled recordings are found by their name', async () => {
    const came = await play(source(['bundled:ambient_temperature_system_failure.csv'], 'max', table));
    expect(came.length).toBe(7267);
    expect(came[0]![1]).toBe('2013-07-04 00:00:00,69.88083514');
  });
});

describe('csvColumns', () => {
  test('gives the names in the first line', async () => {
    expect(await csvColumns(write('\uFEFFtime,"a ""b""",c\r\n1,2,3\r\n'), ',')).toEqual([
      'time',
      'a "b"',
      'c',
    ]);
    expect(await csvColumns(write('a;b,c\n'), ';')).toEqual(['a', 'b,c']);
    expect(await csvColumns('bundled:machine_temperature_system_failure.csv', ',')).toEqual([
      'timestamp',
      'value',
    ]);
  });

  test('an empty file, and one that is not there, are told', async () => {
    const empty = write('');
    await expect(csvColumns(empty, ',')).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { where: `${empty}:1` },
    });
    await expect(csvColumns(`${empty}-not`, ',')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
