import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { csvColumns, FileSource } from '../../src/source/file.ts';
import { FileSettings } from '../../src/source/file-settings.ts';
import type { Batch, SourceHandler, SourceRecord } from '../../src/source/source.ts';
import { checkSource } from '../checks/source.ts';
import { recordings } from './recording.ts';

/** The clock of these tests: it moves when somebody sleeps, and never by itself. */
const clock = vi.hoisted(() => ({ now: 0 }));
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<object>()),
  setTimeout: (ms: number, value: unknown, { signal }: { signal: AbortSignal }) => {
    clock.now += ms;
    return signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve(value);
  },
}));
beforeEach(() => {
  clock.now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
});
afterEach(() => vi.restoreAllMocks());

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

/** Hands everything over; what came is [partition, text, time on the clock since the start]. */
async function play(from: FileSource, stop = never, handle?: (batch: Batch) => Promise<void>) {
  const came: [number, string, number][] = [];
  const start = clock.now;
  const handler: SourceHandler = {
    open: async () => null,
    lose: async () => undefined,
    async handle(batch) {
      for (const { value } of batch.records) {
        came.push([batch.partition, Buffer.from(value!).toString(), clock.now - start]);
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

checkSource('FileSource at a pace', async (content) => {
  const paths = content.map((lines) => write(lines.join('\n')));
  const settings = FileSettings.parse({ paths, pace: '10s' });
  return { open: () => new FileSource(settings, ({ offset }) => offset * 1000) };
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

describe('a pace', () => {
  const lines = (...times: (number | string)[]): string => write(times.join('\n'));

  test('a factor: files are merged by event time, and time passes that much faster', async () => {
    const came = await play(source([lines(0, 4000, 8000), lines(2000, 6000)], '10x'));
    expect(came).toEqual([
      [0, '0', 0],
      [1, '2000', 200],
      [0, '4000', 400],
      [1, '6000', 600],
      [0, '8000', 800],
    ]);
  });

  test('a duration: the whole of it takes that long, whatever it took', async () => {
    const day = 86_400_000;
    const came = await play(source([lines(0, 5 * day, 10 * day)], '10s'));
    expect(came.map(([, , at]) => at)).toEqual([0, 5000, 10_000]);
  });

  test('what is gone on with begins at once and keeps the speed of the whole', async () => {
    const at: number[] = [];
    const start = clock.now;
    await source([lines(0, 1000, 2000, 3000, 4000)], '8s').run(
      {
        open: async () => 2,
        lose: async () => undefined,
        handle: async () => void at.push(clock.now - start),
      },
      never,
    );
    expect(at).toEqual([0, 2000, 4000]);
  });

  test('readings that are close together come in one portion, and a full one does not wait for the next', async () => {
    const sizes: number[] = [];
    const close = Array.from({ length: 1200 }, (_, i) => i / 100);
    await play(source([lines(...close)], '1x'), never, async ({ records }) => {
      sizes.push(records.length);
    });
    expect(sizes).toEqual([1, 512, 512, 175]);
    expect(clock.now - 1000).toBe(40);
  });

  test('time that goes backwards, and records without one, wait for nothing', async () => {
    const came = await play(source([lines(0, 'broken', 5000, 3000, 'broken', 6000, 'broken')], '1x'));
    expect(came.map(([, , at]) => at)).toEqual([0, 0, 5000, 5000, 5000, 6000, 6000]);
  });

  test('a recording that begins with records without a time is not stuck', async () => {
    const came = await play(source([lines('broken', 'broken', 7000, 9000), lines(8000)], '1x'));
    expect(came).toEqual([
      [0, 'broken', 0],
      [0, 'broken', 0],
      [0, '7000', 0],
      [1, '8000', 1000],
      [0, '9000', 2000],
    ]);
  });

  test.each(['1x', '3s'])('a recording without any time plays at once (%s)', async (pace) => {
    expect(await play(source([lines('a', 'b')], pace))).toEqual([
      [0, 'a', 0],
      [0, 'b', 0],
    ]);
  });

  test('a handler that is slow is waited for, and what is due then comes at once', async () => {
    const came = await play(source([lines(0, 1000, 2000, 9000)], '1x'), never, async ({ records }) => {
      if (records[0]!.offset === 0) clock.now += 5000;
    });
    expect(came.map(([, , at]) => at)).toEqual([0, 5000, 5000, 9000]);
  });

  test('a stop ends a long wait', async () => {
    const stop = new AbortController();
    const came = await play(source([lines(0, 86_400_000)], '1x'), stop.signal, async () => stop.abort());
    expect(came.length).toBe(1);
    expect(clock.now - 1000).toBeLessThan(2000);
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
