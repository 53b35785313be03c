import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { run } from '../../src/run/run.ts';
import { SqliteSource } from '../../src/source/sqlite.ts';
import { SqliteArchiveSettings } from '../../src/source/sqlite-settings.ts';
import { checkSource } from '../checks/source.ts';
import { play } from './archive-records.ts';
import { recordings } from './recording.ts';
import { RecordedRun, type StoredReading } from './sqlite-run.ts';

const write = recordings();
const T = Date.parse('2026-01-01T00:00:00Z');

/** The file of a run that has these readings. */
async function runOf(readings: readonly StoredReading[]): Promise<string> {
  const path = write('', 'run.db');
  const recorded = await new RecordedRun(path).write(readings);
  await recorded.close();
  return path;
}

const source = (path: string, more: object = {}): SqliteSource =>
  new SqliteSource(SqliteArchiveSettings.parse({ path, ...more }));

checkSource('SqliteSource', async (content) => {
  const path = await runOf(
    content.flatMap((texts, partition) => texts.map((text, n): StoredReading => [partition, text, T + n, n])),
  );
  return {
    open: () => source(path),
    text: ({ value }) => (JSON.parse(String(value)) as { series: string }).series,
  };
});

describe('SqliteSource', () => {
  const some: readonly StoredReading[] = [
    [0, 'b', T, 1],
    [0, 'b', T + 1000, 2],
    [0, 'a', T + 1000, 3],
    [0, 'a', T + 2000, 4],
    [3, 'a', T + 500, 5],
    [3, 'ä', T + 500, 6],
    [3, 'z', T + 500, 7],
  ];

  test('partitions stay, and in each readings come by time and then by the bytes of the name', async () => {
    const { readings } = await play(source(await runOf(some)));
    expect(readings).toEqual({
      0: [
        ['b', T, 1],
        ['a', T + 1000, 3],
        ['b', T + 1000, 2],
        ['a', T + 2000, 4],
      ],
      3: [
        ['a', T + 500, 5],
        ['z', T + 500, 7],
        ['ä', T + 500, 6],
      ],
    });
  });

  test('series by a pattern', async () => {
    const path = await runOf(some);
    const whole = await play(source(path));
    const wanted = ([name]: readonly [string, number, number]): boolean => name === 'a' || name === 'ä';
    const expected = Object.entries(whole.readings).map(([partition, all]) => [
      partition,
      all.filter(wanted),
    ]);
    const cut = source(path, { series: ['ä*', '*a', 'y*'] });
    expect((await play(cut)).readings).toEqual(Object.fromEntries(expected));
    expect((await cut.check()).slice(1)).toEqual([`sqlite ${path}: warning: no readings of series y*`]);
  });

  test('only the series and the time that are asked for, offsets counted from 0 in what is left', async () => {
    const path = await runOf(some);
    const { readings, batches } = await play(
      source(path, { series: ['a', 'none'], from: '2026-01-01T00:00:00.5Z', to: T + 2000 }),
    );
    expect(readings).toEqual({ 0: [['a', T + 1000, 3]], 3: [['a', T + 500, 5]] });
    expect(batches.map(({ records, next }) => [records[0]!.offset, next])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test('to the microsecond: from is part of the range, to is not', async () => {
    const path = await runOf([0, 1, 2, 3, 4, 5].map((n) => [0, 's', T + n / 1000, n]));
    for (let from = 0; from < 6; from++) {
      for (let to = from + 1; to < 7; to++) {
        const { readings } = await play(source(path, { from: T + from / 1000, to: T + to / 1000 }));
        expect(readings[0]!.map(([, , n]) => n)).toEqual([0, 1, 2, 3, 4, 5].slice(from, to));
      }
    }
  });

  // after the year 2109 a float64 of ms no longer holds every microsecond
  test('what was stored is what the decoder reads, bit for bit', async () => {
    const reading = fc.tuple(
      fc
        .string({ minLength: 1, maxLength: 15, unit: 'grapheme' })
        .filter((name) => !/[\0-\x1f\x7f]|\\$/.test(name)), // eslint-disable-line no-control-regex
      fc.oneof(
        fc.integer({ min: -4e15, max: 4e15 }).map((us) => us / 1000),
        fc.constant(9_223_372_036_854),
      ),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0), // SQLite has no negative zero
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(reading, { selector: ([name, time]) => `${time} ${name}`, maxLength: 30 }),
        async (rows) => {
          const path = await runOf(rows.map((row): StoredReading => [0, ...row]));
          const { readings } = await play(source(path));
          const key = ([name, time]: readonly [string, number, number]) =>
            Buffer.from(`${name}\0${time}`).toString('hex');
          const byKey = (rows2: readonly (readonly [string, number, number])[]) =>
            rows2.map((row) => [key(row), ...row]).toSorted(([a], [b]) => (a! < b! ? -1 : 1));
          expect(byKey(readings[0] ?? [])).toEqual(byKey(rows));
          const times = (readings[0] ?? []).map(([, time]) => time);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('more than can be asked for at once, dense and sparse: each once and in order, from any position', async () => {
    // 60,000 readings of 3 series in a minute, years of silence, and one a day
    const dense = Array.from({ length: 60_000 }, (_, n): StoredReading => [
      0,
      `s${n % 3}`,
      T + Math.floor(n / 3) * 3,
      n,
    ]);
    const sparse = Array.from({ length: 400 }, (_, n): StoredReading => [
      0,
      's1',
      T + 1e11 + n * 86_400_000,
      n,
    ]);
    const path = await runOf([...dense, ...sparse]);
    const whole = [...dense, ...sparse].map(([, ...reading]) => reading);
    const { readings, batches } = await play(source(path));
    expect(readings[0]).toEqual(whole);
    expect(Math.max(...batches.map(({ records }) => records.length))).toBeLessThan(1000);
    for (const position of [1, 511, 32_768, 33_000, 59_999, 60_000, 60_001, 60_400]) {
      const rest = await play(source(path), [position]);
      expect(rest.readings[0]).toEqual(whole.slice(position));
      if (position < 60_400) expect(rest.batches[0]!.records[0]!.offset).toBe(position);
    }
  });

  test('many series at one instant', async () => {
    const rows = Array.from({ length: 40_000 }, (_, n): StoredReading => [
      0,
      `s${String(n).padStart(5, '0')}`,
      T,
      n,
    ]);
    const { readings } = await play(source(await runOf([...rows, [0, 's00000', T + 1, 1]])), [39_999]);
    expect(readings[0]).toEqual([
      ['s39999', T, 39_999],
      ['s00000', T + 1, 1],
    ]);
  });

  test('while another process writes: what was there at the start is read, and the writer never waits', async () => {
    const path = write('', 'live.db');
    const first = Array.from({ length: 5000 }, (_, n): StoredReading => [0, 's', T + n, n]);
    await (await new RecordedRun(path).write(first)).close();
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { RecordedRun } from ${JSON.stringify(new URL('sqlite-run.ts', import.meta.url).href)};
         const run = new RecordedRun(${JSON.stringify(path)});
         for (let n = 5000; ; n++) {
           const start = performance.now();
           await run.write([[0, 's', ${T} + n, n]]);
           console.log(performance.now() - start);
           await new Promise((resolve) => setTimeout(resolve, 2));
         }`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      await once(child.stdout, 'data');
      const waits: number[] = [];
      child.stdout.on('data', (data: Buffer) => waits.push(...String(data).trim().split('\n').map(Number)));
      const { readings } = await play(
        source(path, { to: T + 5000 }),
        [],
        () => new Promise((resolve) => setTimeout(resolve, 30)),
      );
      expect(readings[0]).toEqual(first.map(([, ...reading]) => reading));
      expect(waits.length).toBeGreaterThan(5);
      expect(Math.max(...waits)).toBeLessThan(2000);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });

  test('does not end later for what is added meanwhile, and a stop is heard', async () => {
    const path = await runOf(Array.from({ length: 2000 }, (_, n) => [0, 's', T + n, n]));
    const writer = new RecordedRun(path);
    let n = 2000;
    const { readings } = await play(source(path), [], async () => {
      await writer.write([[0, 's', T + n, n++]]);
    });
    await writer.close();
    expect(readings[0]!.length).toBe(2000);

    const stop = new AbortController();
    setTimeout(() => stop.abort(), 1);
    const stopped = await play(source(path), [], undefined, stop.signal);
    expect(stopped.batches.length).toBeLessThan(5);
  });

  test('says how far it is, from 0 to 1', async () => {
    const path = await runOf(Array.from({ length: 5000 }, (_, n) => [n % 2, 's', T + n, n]));
    const playing = source(path);
    expect(playing.progress()).toBe(0);
    const shares: number[] = [];
    await play(playing, [], () => void shares.push(playing.progress()));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares[4]).toBeGreaterThan(0.3);
    expect(shares.at(-1)).toBeLessThanOrEqual(1);
    expect(playing.progress()).toBe(1);
    const again = source(path);
    await play(again, [2500, 2500]);
    expect(again.progress()).toBe(1);
  });

  test('a position beyond what is kept is an error, not an end', async () => {
    const path = await runOf(some);
    for (const more of [{}, { series: ['none'] }]) {
      await expect(play(source(path, more), [5])).rejects.toMatchObject({
        code: 'STATE_MISMATCH',
        facts: { where: `sqlite ${path}, partition 0` },
      });
    }
  });

  test('check tells series, partitions and span, and the series that are not there', async () => {
    const path = await runOf(some);
    expect(await source(path).check()).toEqual([
      `sqlite ${path}: 4 series in 2 partitions, from 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:02.000Z`,
    ]);
    expect(await source(path, { series: ['z', 'y'], to: T + 600 }).check()).toEqual([
      `sqlite ${path}: 1 series in 2 partitions, from 2026-01-01T00:00:00.500Z to 2026-01-01T00:00:00.500Z`,
      `sqlite ${path}: warning: no readings of series y`,
    ]);
    expect(await source(await runOf([])).check()).toEqual([
      expect.stringContaining('0 series in 0 partitions, no readings'),
    ]);
  });
});

test(
  'a run over what a run has kept forecasts the same, also in two pieces',
  { timeout: 60_000 },
  async () => {
    const lines = Array.from({ length: 1500 }, (_, n) =>
      JSON.stringify({
        sensor: `s${n % 5}`,
        time: T + Math.floor(n / 5) * 60_000 + (n % 5) * 1000,
        value: Math.sin(n / 50) * ((n % 5) + 1),
      }),
    );
    const paths = [0, 1].map((half) => write(lines.filter((_, n) => n % 2 === half).join('\n')));
    const [recorded, replayed] = [write('', 'recorded.db'), write('', 'replayed.db')];
    const tables = async (input: object, path: string, stopAt?: number): Promise<string[]> => {
      const settings = loadSettings(liveForecast.settings, {
        defaults: { input, store: { path }, page: { enabled: false }, commit: { readings: 100 } },
      });
      const running = await run({ pipeline: liveForecast, settings });
      if (stopAt !== undefined) {
        while (running.status().readings < stopAt) await new Promise((resolve) => setTimeout(resolve, 1));
        await running.stop();
      }
      await running.finished;
      await running.stop();
      const database = new DatabaseSync(path, { readOnly: true });
      const rows = ['reading', 'forecast', 'alert', 'dead_letter'].map((table) =>
        JSON.stringify(database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4`).all()),
      );
      database.close();
      return rows;
    };

    const first = await tables(
      { kind: 'file', paths, decode: { format: 'json', values: ['value'] } },
      recorded,
    );
    expect(first[1]!.length).toBeGreaterThan(100_000);
    await tables({ kind: 'sqlite', path: recorded }, replayed, 600);
    expect(await tables({ kind: 'sqlite', path: recorded }, replayed)).toEqual(first);
  },
);

describe('a file that is not the one of a run', () => {
  function database(sql: string): string {
    const path = write('', 'other.db');
    const opened = new DatabaseSync(path);
    opened.exec(sql);
    opened.close();
    return path;
  }

  test.each([
    ['is not there', () => 'no/such.db', 'FILE_UNREADABLE', /Check input\.path\./],
    [
      'is not whole',
      async () => {
        const path = await runOf(Array.from({ length: 2000 }, (_, n): StoredReading => [0, 'a', T + n, n]));
        truncateSync(path, 40_000);
        return path;
      },
      'FILE_FORMAT',
      /damaged, or not whole.*-wal file/,
    ],
    ['is a text', () => write('time,value\n'.repeat(200)), 'FILE_FORMAT', /no SQLite database/],
    ['is empty', () => write(''), 'FILE_FORMAT', /not of a run/],
    [
      'is another database',
      () => database('CREATE TABLE reading (a)'),
      'FILE_FORMAT',
      /expected tables meta and reading/,
    ],
    [
      'is of another version',
      () =>
        database(
          "CREATE TABLE meta (key, value); CREATE TABLE reading (a); INSERT INTO meta VALUES ('schema', '99')",
        ),
      'STATE_MISMATCH',
      /expected schema 1 to \d+, got schema 99/,
    ],
    [
      'is torn',
      () => write(Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(5000, 7)])),
      'FILE_FORMAT',
      /no SQLite database/,
    ],
  ])('%s', async (_, path, code, message) => {
    const wrong = source(await path());
    const error = { code, message: expect.stringMatching(message) as unknown };
    await expect(wrong.check()).rejects.toMatchObject(error);
    await expect(play(wrong)).rejects.toMatchObject(error);
  });
});
