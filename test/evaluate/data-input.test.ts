import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { InputSettings } from '../../src/config/run-settings.ts';
import { type DataFlags, inputFrom } from '../../src/evaluate/data-input.ts';
import { workplace } from '../cli/workplace.ts';

const { write } = workplace();
const decodeOf = async (path: string, flags: Partial<DataFlags> = {}) => {
  const input = await inputFrom({ data: [path], ...flags });
  // what is found out must be settings as any other
  expect(() => InputSettings.parse(input)).not.toThrow();
  return input['decode'];
};

describe('Parquet', () => {
  const path = fileURLToPath(new URL('../reference/parquet/kinds-none.parquet', import.meta.url));

  test('its columns tell what they are: the first of timestamps, all that hold numbers', async () => {
    expect(await decodeOf(path)).toEqual({
      format: 'parquet',
      time: 'ms',
      values: ['f64', 'f32', 'i64', 'u64', 'dec'],
      seriesName: 'kinds-none',
    });
    expect(await decodeOf(path, { time: 'day', series: 'sensor', columns: ['f64'] })).toEqual({
      format: 'parquet',
      time: 'day',
      series: 'sensor',
      values: ['f64'],
    });
  });
});

test('a packed table', async () => {
  const path = write('house.csv.gz', gzipSync('Date,load\n2026-01-01,1\n'));
  expect(await decodeOf(path)).toMatchObject({ format: 'csv', time: 'Date', seriesName: 'house.load' });
});

describe('a table', () => {
  const path = write(
    'house.csv',
    'room,Date,load,temp,note\nhall,2026-01-01,1,,a\nhall,2026-01-02,2,3.5,7\nhall,2026-01-03,NA,4,\n',
  );

  test('time by its name, values by what they hold, each column a series of the file', async () => {
    expect(await decodeOf(path)).toEqual({
      format: 'csv',
      delimiter: ',',
      time: 'Date',
      values: ['load', 'temp'],
      seriesName: 'house',
    });
  });

  test('one column: the series is called file.column all the same', async () => {
    expect(await decodeOf(path, { columns: ['temp'] })).toMatchObject({
      values: ['temp'],
      seriesName: 'house.temp',
    });
  });

  test('channels, a column that tells the series apart, and how times are written', async () => {
    expect(await decodeOf(path, { multivariate: true })).toMatchObject({
      channels: true,
      seriesName: 'house',
    });
    const keyed = await decodeOf(path, { series: 'load', timeUnit: 's' });
    expect(keyed).toMatchObject({ series: 'load', values: ['temp'], timeUnit: 's' });
    expect(keyed).not.toHaveProperty('seriesName');
    expect(await decodeOf(path, { timeFormat: 'M/D/YYYY' })).toMatchObject({ timeUnit: 'iso' });
  });

  test('codes for what is missing are no words', async () => {
    const coded = write('coded.csv', 'time,a,b\n2026-01-01,n/v,x\n2026-01-02,2,-200\n');
    expect(await decodeOf(coded, { nulls: ['n/v', '-200'] })).toMatchObject({
      values: ['a'],
      nulls: ['n/v', '-200'],
    });
    expect(await decodeOf(coded, { nulls: ['x'] })).toMatchObject({ values: ['b'] });
  });

  test.each([
    ['time,date', 'date'],
    ['ds,y', 'ds'],
    ['x,TimeStamp', 'TimeStamp'],
    ['value,time_hour,ts', 'time_hour'],
  ])('of %s the time is %s', async (header, time) => {
    const cells = header.split(',').map((_, i) => i);
    expect(await decodeOf(write('t.csv', `${header},v\n${cells.join()},1\n`))).toMatchObject({ time });
  });

  test('a first column of dates is the time, of its own format too', async () => {
    expect(await decodeOf(write('f.csv', 'when,v\n2026-01-01 10:00,1\n'))).toMatchObject({ time: 'when' });
    const own = write('g.csv', 'when,v\n1/2/2010,1\n');
    expect(await decodeOf(own, { timeFormat: 'D/M/YYYY' })).toMatchObject({ time: 'when' });
    await expect(decodeOf(own)).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      facts: { where: `${own}:1`, todo: expect.stringContaining('--time') as unknown },
      message: expect.stringContaining('date, time, timestamp, ds, datetime, time_hour, ts') as unknown,
    });
  });

  test('of a file that is no table its beginning is shown, and no control character', async () => {
    const bytes = write('noise.csv', `\u001b[2J${'x'.repeat(5000)}\n\u001b[31m\n`);
    const fault = (await decodeOf(bytes).catch((error: unknown) => error)) as Error;
    expect(fault.message).toMatch(/No column of times.*"\\u001b\[2Jx+"….*"\\u001b\[31m"/);
    expect(fault.message.length).toBeLessThan(600);
  });

  test('without a column of numbers', async () => {
    const words = write('w.csv', 'time;v\n2026-01-01;a\n');
    await expect(decodeOf(words, { time: 'time' })).rejects.toMatchObject({
      message: expect.stringMatching(/No column of numbers.*--delimiter/) as unknown,
    });
    expect(await decodeOf(write('x.csv', 'time;v\n2026-01-01;2\n'), { delimiter: ';' })).toMatchObject({
      values: ['v'],
    });
  });

  test('a column without a name is left out, such as the row numbers of pandas; that of the times needs one', async () => {
    const indexed = write('pandas.csv', ',time,v\n0,2026-01-01,1\n1,2026-01-02,2\n');
    expect(await decodeOf(indexed)).toMatchObject({ time: 'time', values: ['v'] });
    const dated = write('dated.csv', ',v\n2026-01-01,1\n');
    await expect(decodeOf(dated)).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { where: `${dated}:1`, todo: expect.stringContaining('index_label') as unknown },
    });
  });

  test('two columns of a name are for those to refuse who look them up', async () => {
    expect(await decodeOf(write('twice.csv', 'time,v,v\n2026-01-01,1,2\n'))).toMatchObject({
      values: ['v'],
    });
  });

  test('tabs are known by the name of the file', async () => {
    expect(await decodeOf(write('x.tsv', 'time\tv\n2026-01-01\t2\n'))).toMatchObject({
      delimiter: '\t',
      values: ['v'],
    });
  });

  test('a recording that comes with the package', async () => {
    expect(await decodeOf('bundled:ambient_temperature_system_failure.csv')).toMatchObject({
      time: 'timestamp',
      seriesName: 'ambient_temperature_system_failure.value',
    });
  });

  test('a name that no series can have gives way', async () => {
    const odd = write('a\nb.csv', 'time,v\n2026-01-01,2\n');
    expect(await decodeOf(odd)).toMatchObject({ seriesName: 'data.v' });
  });
});

describe('other formats', () => {
  test('by the name of the file or the flag, with the fields that flags name', async () => {
    const flags = { series: 'id', time: 't', columns: ['v'], multivariate: true };
    expect(await decodeOf('a.ndjson', flags)).toEqual({
      format: 'json',
      series: 'id',
      time: 't',
      values: ['v'],
      channels: true,
    });
    expect(await decodeOf('a.lp')).toEqual({ format: 'line-protocol' });
    expect(await decodeOf('a.txt', { format: 'telegraf' })).toEqual({ format: 'telegraf' });
  });

  test('the file of an earlier run, alone', async () => {
    expect(await inputFrom({ data: ['.foretide/live-forecast.db'] })).toEqual({
      kind: 'sqlite',
      path: '.foretide/live-forecast.db',
    });
    await expect(inputFrom({ data: ['a.db', 'b.db'] })).rejects.toThrow(/Only one SQLite/);
    const flags = { series: 's', columns: ['v'], timeFormat: 'D/M/YYYY', multivariate: true, nulls: ['-9'] };
    await expect(inputFrom({ data: ['a.db'], ...flags })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      facts: { got: '--time-format, --series, --columns, --multivariate, --nulls' },
    });
  });

  test('a name that tells nothing', async () => {
    await expect(inputFrom({ data: ['a.xls'] })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      facts: { got: 'a.xls' },
    });
  });
});
