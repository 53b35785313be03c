import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { Readings } from '../../src/decode/readings.ts';
import { fileSample } from '../../src/init/file-sample.ts';
import { findSettings } from '../../src/init/find.ts';
import { settingsFile } from '../../src/init/settings-file.ts';
import { silentLog } from '../../src/log.ts';
import { prepare } from '../../src/run/prepare.ts';
import { iso, MINUTE, ofCsv, T, times } from './shapes.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('says of each line why', () => {
  const rows = times(60, (i) => `${iso(T + (i < 30 ? i : i + 9) * MINUTE)},${i % 7}`);
  const text = settingsFile(ofCsv(['time,value', ...rows]), 'foretide run');
  expect(text).toContain('    time: time # 60 of 60 are ISO 8601\n');
  expect(text).toContain('  every: 1m # step 1m in 98 % of 59; 1 gap, the longest 10m\n');
  expect(text.split('\n').filter((line) => /^ +\w+: \S/.test(line) && !line.includes(' # '))).toEqual([
    '  kind: file',
  ]);
});

test.each([
  [24, /season: auto # the day: values 1d /],
  [17, /season: auto # the day, where its steps fit\n {2}# season: 17h # may be better/],
])('a season of %i hours', (hours, line) => {
  const rows = times(400, (i) => `${iso(T + i * 60 * MINUTE)},${Math.sin((2 * Math.PI * i) / hours)}`);
  expect(settingsFile(ofCsv(['time,value', ...rows]), 'foretide run')).toMatch(line);
});

test('a grace where readings come late', () => {
  const rows = times(60, (i) => `${iso(T + (i % 10 === 5 ? i - 3.5 : i) * MINUTE)},${i % 7}`);
  const text = settingsFile(ofCsv(['time,value', ...rows]), 'foretide run');
  expect(text).toMatch(/# grace: \d+[ms]\w* # 10 % of the readings come late/);
});

test('nothing that stands in the data breaks out of its line', async () => {
  const evil = 'x\u2028y: z # "{[\u0085&*!|>%@`';
  const rows = times(30, (i) => ({ [evil]: i % 7, time: T + i * MINUTE }));
  const path = join(folder, 'evil.ndjson');
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const sample = { ...(await fileSample([path], {})), origin: 'a\nb: c' };
  const tree = parse(settingsFile(findSettings(sample, {}), 'foretide\nrun: x')) as {
    readonly input: { readonly decode: { readonly values: readonly string[] } };
  };
  expect(tree.input.decode.values).toEqual([evil]);
  expect(Object.keys(tree)).toEqual(['input', 'align', 'forecast', 'store', 'output']);
});

/** Readings that a run with these settings takes in, and records that it sets aside. */
async function taken(text: string): Promise<{ readonly readings: number; readonly refused: number }> {
  const file = join(folder, 'settings.yaml');
  writeFileSync(file, text);
  const settings = loadSettings(liveForecast.settings, { defaults: liveForecast.defaults, file });
  const { source, decoder } = await prepare(settings, silentLog);
  let [readings, refused] = [0, 0];
  await source.run(
    {
      open: () => Promise.resolve(null),
      handle: ({ records }) => {
        for (const record of records) {
          const some = new Readings(decoder.channels.length);
          if (decoder.decode(record, some)) refused++;
          else readings += some.length;
        }
        return Promise.resolve();
      },
      lose: () => Promise.resolve(),
    },
    new AbortController().signal,
  );
  return { readings, refused };
}

const PER_SECOND = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };

test('what is written loads, and reads as many readings as there are values, whatever the roles and units', async () => {
  const shapes = fc.record({
    format: fc.constantFrom('csv', 'json'),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    series: fc.integer({ min: 1, max: 4 }),
    rows: fc.integer({ min: 12, max: 60 }),
    time: fc.constantFrom('time', 'timestamp', 'Date', 'measured_at', 'ts'),
    unit: fc.constantFrom('iso', 's', 'ms', 'us', 'ns'),
    key: fc.constantFrom('sensor', 'where', 'Unit name', 'kind of #thing'),
    values: fc.uniqueArray(fc.constantFrom('a', 'b value', 'c: d', 'e#f', "g'h", '1st'), {
      minLength: 1,
      maxLength: 4,
    }),
    step: fc.constantFrom(1000, 60_000, 3_600_000),
    numbers: fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 7, maxLength: 7 }),
    isShuffled: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      shapes,
      async ({ format, delimiter, series, rows, time, unit, key, values, step, numbers, isShuffled }) => {
        const objects = times(rows * series, (i): Record<string, string | number> => {
          const at = T + Math.floor(i / series) * step;
          const written = unit === 'iso' ? iso(at) : (at / 1000) * PER_SECOND[unit as 's'];
          const observed = values.map((name, v) => [name, numbers[(i * 3 + v) % 7]! + i / 8] as const);
          const named = series > 1 ? { [key]: `s${i % series}` } : {};
          return isShuffled
            ? { ...Object.fromEntries(observed), ...named, [time]: written }
            : { [time]: written, ...named, ...Object.fromEntries(observed) };
        });
        const path = join(folder, format === 'csv' ? 'a.csv' : 'a.ndjson');
        const names = Object.keys(objects[0]!);
        const lines =
          format === 'csv'
            ? [names.join(delimiter), ...objects.map((row) => names.map((name) => row[name]).join(delimiter))]
            : objects.map((row) => JSON.stringify(row));
        writeFileSync(path, `${lines.join('\n')}\n`);
        const findings = findSettings(await fileSample([path], {}), {});
        expect(findings.cadence).toMatchObject({ series: series * values.length, step });
        const found = await taken(settingsFile(findings, 'foretide run'));
        expect(found).toEqual({ readings: rows * series * values.length, refused: 0 });
      },
    ),
    { numRuns: 150 },
  );
});
