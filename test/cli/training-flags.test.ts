import { describe, expect, test } from 'vitest';
import { aboutFlag, SHORT, trainSettingsFrom } from '../../src/cli/training-flags.ts';
import { workplace } from './workplace.ts';

const { write } = workplace();
const from = (flags: object) => trainSettingsFrom({ set: [], ...flags });

test('files and the flags that describe them become the input', () => {
  const { input } = from({
    data: ['a.csv', 'b.csv'],
    series: 'site,sensor',
    time: 'when',
    values: 'temp,wind',
  });
  expect(input).toMatchObject({
    kind: 'file',
    paths: ['a.csv', 'b.csv'],
    pace: { kind: 'max' },
    decode: { format: 'csv', series: ['site', 'sensor'], time: 'when', values: ['temp', 'wind'] },
  });
});

test('names stay text, and * stays all', () => {
  const { input, model } = from({ data: ['a.csv'], seriesName: '7', time: '2', values: '*', name: '32' });
  expect(input.decode).toMatchObject({ seriesName: '7', time: '2', values: '*' });
  expect(model.name).toBe('32');
});

test('codes for what is missing may be several', () => {
  const { input } = from({ data: ['a.csv'], nulls: '-200, n/a' });
  expect(input.decode.nulls).toEqual(['-200', 'n/a']);
  expect(from({ data: ['a.csv'] }).input.decode.nulls).toEqual([]);
  expect(() => from({ data: ['a.db'], nulls: '-200' })).toThrow(
    /no flags that say where they stand, got --nulls/,
  );
});

test('flags win over the file, and --set over both', () => {
  const config = write(
    'train.yaml',
    'input: {kind: file, paths: [c.csv], decode: {format: csv, time: t}}\ntrain: {rate: 0.1, epochs: 7, batch: 9}\n',
  );
  const settings = from({ config, rate: '0.2', epochs: '8', set: ['train.epochs=9'] });
  expect(settings.train).toMatchObject({ rate: 0.2, epochs: 9, batch: 9 });
  expect(settings.input).toMatchObject({ paths: ['c.csv'], decode: { time: 't' } });
  expect(from({ config, data: ['d.csv'] }).input).toMatchObject({ paths: ['d.csv'], decode: { time: 't' } });
  expect(from({ config, time: 'u' }).input).toMatchObject({ paths: ['c.csv'], decode: { time: 'u' } });
});

test('the file of a pipeline will do: its other sections change nothing', () => {
  const config = write(
    'live.yaml',
    `input: {kind: file, paths: [c.csv], decode: {format: csv}}
output: {kind: influxdb, org: mine, bucket: forecasts}
forecast: {learn: head}
page: {port: 0}
model: {cell: gru, hidden: 5}
`,
  );
  expect(from({ config }).model).toMatchObject({ cell: 'gru', hidden: 5, horizon: 12 });
});

test('without anything to train on it says what is missing', () => {
  expect(() => from({})).toThrow(/nothing to train on/);
});

describe('--help', () => {
  test.each(SHORT.map(([flag]) => flag))('says what %s is', (flag) => {
    expect(aboutFlag(flag)).toMatch(
      /^[^(].{10,} \((model|train|align|input\.decode)\.\w+(, default: .+)?\)$/,
    );
  });

  test('with the defaults of the settings', () => {
    expect(aboutFlag('--epochs <n>')).toMatch(/default: 30\)$/);
    expect(aboutFlag('--cell <name>')).toMatch(/default: "lstm"\)$/);
  });
});
