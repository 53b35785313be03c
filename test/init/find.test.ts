import { describe, expect, test } from 'vitest';
import { findSettings } from '../../src/init/find.ts';
import { iso, MINUTE, ofCsv, ofJson, sampleOf, T, times } from './shapes.ts';

const wave = (i: number): string => (10 + (i % 7) * 1.25).toFixed(2);

describe('the shapes of tables', () => {
  test('wide: each column of numbers is a series', () => {
    const { decode, cadence, series, open } = ofCsv([
      'date,load,flow',
      ...times(50, (i) => `${iso(T + i * MINUTE)},${wave(i)},${wave(i + 3)}`),
    ]);
    expect(decode).toEqual({
      format: 'csv',
      seriesName: 'plant',
      time: 'date',
      timeUnit: 'iso',
      values: ['load', 'flow'],
    });
    expect(cadence).toMatchObject({
      series: 2,
      readings: 100,
      step: MINUTE,
      gaps: 0,
      late: 0,
      duplicates: 0,
    });
    expect(series?.value).toEqual([]);
    expect(open.map(({ flag }) => flag)).toEqual(['--channels']);
  });

  test('long: the column without which rows stand at one time names the series', () => {
    const { decode, cadence, series } = ofCsv([
      'time;where;status;value',
      ...times(
        120,
        (i) => `${T + Math.floor(i / 3) * MINUTE};s${i % 3};${i % 11 < 9 ? 'ok' : 'warn'};${wave(i)}`,
      ),
    ]);
    expect(decode).toEqual({
      format: 'csv',
      delimiter: ';',
      series: 'where',
      time: 'time',
      timeUnit: 'ms',
      values: ['value'],
    });
    expect(cadence).toMatchObject({ series: 3, readings: 120 });
    expect(series?.why).toBe(
      '3 series in the sample; 100 % of the rows stand at a time of their own, 33 % without',
    );
  });

  test('a column that is called like a name and tells nothing apart is none', () => {
    const rows = times(60, (i) => `${iso(T + (i >> 1) * MINUTE)},north,k${i % 2},${wave(i)}`);
    expect(ofCsv(['time,site,what,value', ...rows]).decode).toMatchObject({ series: 'what' });
  });

  test('two columns together, where one is not enough', () => {
    const rows = times(
      160,
      (i) => `${iso(T + Math.floor(i / 4) * MINUTE)},${'ab'[i % 2]},${'xy'[(i >> 1) % 2]},${wave(i)}`,
    );
    const { decode } = ofCsv(['time,site,what,value', ...rows]);
    expect(new Set(decode!['series'] as string[])).toEqual(new Set(['site', 'what']));
  });

  test('series one behind the other, and numbers that count or are parts of the date', () => {
    const { decode, cadence, open } = ofCsv([
      'n,id,year,hour,at,temp',
      ...times(
        90,
        (i) =>
          `${i + 1},${7 + Math.floor(i / 30)},2026,${i % 24},${(T + (i % 30) * 3_600_000) / 1000},${wave(i)}`,
      ),
    ]);
    expect(decode).toMatchObject({ series: 'id', time: 'at', timeUnit: 's', values: ['temp'] });
    expect(cadence).toMatchObject({ series: 3, step: 3_600_000, late: 0 });
    expect(open[0]?.what).toMatch(/^n, year, hour hold numbers/);
  });

  test('a table without names', () => {
    const records = times(20, (i) => ({
      offset: i,
      key: null,
      value: null,
      cells: [iso(T + i * MINUTE), wave(i)],
    }));
    const sample = sampleOf('csv', [], {
      stretches: [records],
      columns: ['column1', 'column2'],
      hasHeader: false,
    });
    expect(findSettings(sample, {}).decode).toMatchObject({
      columns: ['column1', 'column2'],
      time: 'column1',
      values: ['column2'],
    });
  });

  test('codes for what was not observed: texts, and numbers that are far off', () => {
    const cell = (i: number): string => (i % 9 === 4 ? '-999' : i % 13 === 5 ? 'bad' : wave(i));
    const rows = times(120, (i) => `${iso(T + i * MINUTE)},${cell(i)},${wave(i)}`);
    const { decode, cadence } = ofCsv(['time,a,b', ...rows]);
    expect(decode).toMatchObject({ values: ['a', 'b'], nulls: ['bad', -999] });
    expect(cadence.readings).toBe(120 + times(120, cell).filter((text) => Number(text) > 0).length);
  });

  test('-999 among values as large is one of them', () => {
    const rows = times(120, (i) => `${iso(T + i * MINUTE)},${i % 9 === 4 ? -999 : (i % 50) * 50 - 1200}`);
    expect(ofCsv(['time,a', ...rows]).decode).not.toHaveProperty('nulls');
  });
});

test('a number that is far off in one column and a value in another is left a value, and told', () => {
  const rows = times(
    120,
    (i) =>
      `${iso(T + i * MINUTE)},${i % 9 === 4 ? -999 : wave(i)},${i % 7 === 2 ? -999 : (i % 50) * 50 - 1200}`,
  );
  const { decode, open } = ofCsv(['time,a,b', ...rows]);
  expect(decode).not.toHaveProperty('nulls');
  expect(open.map(({ flag }) => flag)).toContain('--nulls -999');
});

describe('JSON', () => {
  test('fields in objects, and a time in nanoseconds', () => {
    const objects = times(40, (i) => ({
      meta: { sensor: `s${i % 2}`, kind: 'x' },
      ts: Number(BigInt(T + Math.floor(i / 2) * 1000) * 1_000_000n),
      data: { value: 3 + (i % 5), note: 'n' },
    }));
    expect(ofJson(objects).decode).toEqual({
      format: 'json',
      series: 'meta.sensor',
      time: 'ts',
      timeUnit: 'ns',
      values: ['data.value'],
    });
  });

  test('no field names the series: it is called as its source', () => {
    const { decode, cadence } = ofJson(times(40, (i) => ({ time: T + i * 5000, v: i % 5 })));
    expect(decode).toMatchObject({ seriesName: 'plant', values: ['v'] });
    expect(cadence.series).toBe(1);
  });

  test('one sensor that says its name in each record', () => {
    const objects = times(40, (i) => ({ device: 'boiler', time: T + i * 5000, v: i % 5 }));
    expect(ofJson(objects).decode).toMatchObject({ series: 'device' });
  });

  test('sensors that each report at a time of their own', () => {
    const objects = times(90, (i) => ({
      unit: `u${i % 3}`,
      time: T + Math.floor(i / 3) * 60_000 + (i % 3) * 7013,
      v: i % 5,
    }));
    expect(ofJson(objects).decode).toMatchObject({ series: 'unit' });
  });

  test('gaps, what comes twice, and what comes late', () => {
    const order = [0, 1, 2, 4, 3, 5, 6, 6, 7, 12, 13];
    const { cadence } = ofJson(order.map((k) => ({ sensor: 'a', time: T + k * MINUTE, v: k % 5 })));
    expect(cadence).toMatchObject({ late: 1, lateness: MINUTE, duplicates: 1, gaps: 1, longest: 5 * MINUTE });
  });
});

test.each([
  [
    'line-protocol',
    (i: number) => `cpu,host=h${i % 2} use=${wave(i)} ${BigInt(T + (i >> 1) * MINUTE) * 1_000_000n}`,
    'ns',
  ],
  [
    'telegraf',
    (i: number) =>
      JSON.stringify({
        name: 'cpu',
        tags: { host: `h${i % 2}` },
        fields: { use: i % 5 },
        timestamp: T / 1000 + (i >> 1) * 60,
      }),
    's',
  ],
] as const)('%s says what is what, but for the unit of its times', (format, make, timeUnit) => {
  const { decode, cadence } = findSettings(sampleOf(format, times(60, make)), {});
  expect(decode).toEqual({ format, timeUnit });
  expect(cadence).toMatchObject({ series: 2, readings: 60, step: MINUTE });
});

describe('what the data do not say', () => {
  test.each([
    ['no time', ['a,b', '1,2', '3,4'], {}, /No field of times/],
    ['dates that are not ISO 8601', ['date,b', '1/2/2010,2', '2/2/2010,3'], {}, /got date: "1\/2\/2010"/],
    ['no numbers', ['time,b', `${T},x`, `${T + 1},y`], {}, /No field of numbers/],
    ['decimal commas', ['time;b', `${T};1,5`, `${T + 1};1,6`], {}, /No field of numbers/],
    ['a name that is not there', ['time,b', `${T},1`], { series: ['c'] }, /No such field.*got c.*--series/],
    ['a time that is none', ['time,b', `${T},1`], { time: 'b' }, /b is no time.*--time-unit/s],
  ])('%s', (_, texts, asked, message) => {
    expect(() => ofCsv(texts, asked)).toThrow(message);
  });

  test('several files that would be one series', () => {
    const sample = sampleOf('csv', ['time,v', ...times(9, (i) => `${T + i},${i % 3}`)], { parts: 2 });
    expect(() => findSettings(sample, {})).toThrow(/2 files.*--series/s);
  });

  test('flags decide', () => {
    const { decode } = ofCsv(['t,a,b', ...times(30, (i) => `${i},${i % 3},${wave(i)}`)], {
      time: 't',
      timeUnit: 's',
      values: ['a', 'b'],
      channels: true,
      nulls: ['-1', 'x'],
    });
    expect(decode).toMatchObject({
      time: 't',
      timeUnit: 's',
      values: ['a', 'b'],
      channels: true,
      nulls: [-1, 'x'],
    });
  });
});
