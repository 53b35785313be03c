import type { ForecastSettings } from '../../src/forecast/settings.ts';
import { describe, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { runSettingsFrom, type SettingsGiven } from '../../src/evaluate/run-settings.ts';
import { workplace } from '../cli/workplace.ts';

const { write } = workplace();
const csv = write('d.csv', 'time,v\n2026-01-01,2\n');
const load = (given: Partial<SettingsGiven> = {}) =>
  runSettingsFrom(liveForecast, { data: [], set: [], ...given });

describe('runSettingsFrom', () => {
  test("without data, the pipeline's own recording", async () => {
    const { input } = loadSettings(liveForecast.settings, { defaults: liveForecast.defaults });
    expect((await load()).input).toEqual(input);
  });

  test('data take the place of it, and nothing of how it was decoded is left', async () => {
    const { input } = await load({ data: [csv] });
    expect(input).toMatchObject({
      kind: 'file',
      paths: [csv],
      decode: { time: 'time', values: ['v'], seriesName: 'd.v' },
    });
    expect(input.decode).not.toHaveProperty('series');
  });

  test('a settings file without input: decoding is found out', async () => {
    const config = write('model.yaml', 'model: {hidden: 3}\n');
    const { input, model } = await load({ data: [csv], config });
    expect(input).toMatchObject({ decode: { values: ['v'] } });
    expect(model).toMatchObject({ hidden: 3 });
  });

  test('a settings file that says how to decode is heard, and single flags go over it', async () => {
    const config = write(
      'full.yaml',
      'input: {kind: file, paths: [x], decode: {format: json, series: id, time: t, values: [a]}}\n',
    );
    const { input } = await load({ data: ['y.ndjson'], config, columns: ['b'] });
    expect(input).toMatchObject({
      paths: ['y.ndjson'],
      decode: { format: 'json', series: 'id', time: 't', values: ['b'] },
    });
    expect((await load({ config })).input).toMatchObject({ paths: ['x'] });
  });

  test('a settings file that cannot be read is told of', async () => {
    await expect(load({ data: [csv], config: 'none.yaml' })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
    const bad = write('bad.yaml', 'a: [');
    await expect(load({ data: [csv], config: bad })).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
  });

  test('targets are those of the forecasts', async () => {
    expect(await load({ data: [csv], targets: ['v', 'w'] })).toMatchObject({
      forecast: { targets: ['v', 'w'] },
    });
    const far = await load({ data: [csv], targets: ['v'], horizons: [40] });
    expect((far as { forecast?: ForecastSettings }).forecast).toMatchObject({ targets: ['v'] });
    expect((far as { forecast?: ForecastSettings }).forecast?.horizons).toHaveLength(40);
  });

  test('--set goes over all, the environment over the defaults', async () => {
    const environment = { FORETIDE_MODEL__HIDDEN: '5' };
    expect((await load({ data: [csv], environment })).model).toMatchObject({ hidden: 5 });
    const set = ['model.hidden=6', 'input.decode.values=[w]'];
    const settings = await load({ data: [csv], environment, set });
    expect(settings).toMatchObject({ model: { hidden: 6 }, input: { decode: { values: ['w'] } } });
  });

  test('forecast is as far as is scored, unless something says how far; a file tells itself', async () => {
    const farthestWith = async (given: Partial<SettingsGiven>) => {
      const { forecast } = (await load({ horizons: [1, 48], ...given })) as { forecast?: ForecastSettings };
      return forecast?.horizons?.at(-1);
    };
    expect(await farthestWith({})).toBe(48);
    expect(await farthestWith({ horizons: [1, 2] })).toBeUndefined();
    expect(await farthestWith({ set: ['forecast.horizons=[1,60]'] })).toBe(60);
    expect(await farthestWith({ set: ['model.horizon=48'] })).toBeUndefined();
    expect(await farthestWith({ set: ['forecast.learn=none'] })).toBeUndefined();
    expect((await load({ horizons: [48], model: 'm.safetensors' })).model).toEqual({ file: 'm.safetensors' });
  });
});
