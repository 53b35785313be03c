import { expect, test } from 'vitest';
import liveForecast from '../../../pipelines/live-forecast.ts';
import { sidesOf } from '../../../src/evaluate/compare/sides.ts';
import type { Pipeline } from '../../../src/pipeline.ts';
import { workplace } from '../../cli/workplace.ts';

const pipeline = liveForecast as unknown as Pipeline;
const { write } = workplace();
const config = write('live.yaml', 'model: { hidden: 8, seed: 3 }\nforecast: { level: 0.8 }\n');
const other = write('other.yaml', 'model: { hidden: 4 }\n');

function sides(others: readonly string[], set: readonly string[] = [], file: string | undefined = config) {
  return sidesOf(pipeline, { sources: { defaults: pipeline.defaults, file, environment: {}, set }, others });
}

test('another file goes over what A says', () => {
  const [a, b] = sides([other], ['model.hidden=16']);
  expect(a).toMatchObject({ name: 'A', from: config, differences: [] });
  expect(a!.settings.model).toMatchObject({ hidden: 16, seed: 3 });
  expect(b!.settings.model).toMatchObject({ hidden: 4, seed: 3 });
  expect(Reflect.get(b!.settings, 'forecast')).toMatchObject({ level: 0.8 });
  expect(b).toMatchObject({ name: 'B', from: other });
  expect(b!.differences).toEqual([{ path: 'model.hidden', a: 16, other: 4 }]);
});

test('what is set for one side goes over its file, and is of no other', () => {
  const set = ['forecast.level=0.7', 'B:model.hidden=2', 'C:forecast.level=0.6', 'A:model.seed=9'];
  const [a, b, c] = sides([other, ''], set);
  expect([a, b, c].map((side) => side!.from)).toEqual([
    `${config}, model.seed=9`,
    `${other}, model.hidden=2`,
    'as A, forecast.level=0.6',
  ]);
  expect([a, b, c].map((side) => side!.settings.model)).toMatchObject([
    { hidden: 8, seed: 9 },
    { hidden: 2, seed: 3 },
    { hidden: 8, seed: 3 },
  ]);
  expect([a, b, c].map((side) => Reflect.get(side!.settings, 'forecast') as object)).toMatchObject([
    { level: 0.7 },
    { level: 0.7 },
    { level: 0.6 },
  ]);
});

test('a model takes the place of all that A says of its model', () => {
  const [, b] = sides(['new.safetensors']);
  expect(b!.settings.model).toEqual({ file: 'new.safetensors' });
  expect(b!.differences.map(({ path }) => path)).toEqual(['model.file', 'model.hidden', 'model.seed']);
});

test.each([
  [[''], ['C:model.hidden=2'], /No such side to set something for: expected A, B, got C/],
  [['', '', '', ''], [], /Too many configurations/],
  [[''], ['B:model.hidden=none'], /The settings of B do not fit\n {2}model\.hidden/],
  [[''], ['B:input.paths=[other.csv]'], /read the same records.*got input\.paths \(at B/],
  [[''], ['B:input.decode.values=[temp]'], /read the same records.*got input\.decode\.values/],
  [['absent.yaml'], [], /Cannot read the settings file/],
])('refuses %j with %j', (others, set, message) => {
  expect(() => sides(others, set, undefined)).toThrow(message);
});

test('a side may say again what A reads', () => {
  const [, b] = sides(
    [''],
    ['B:input.paths=["bundled:nyc-weather-JFK.csv"]', 'input.paths=["bundled:nyc-weather-JFK.csv"]'],
  );
  expect(b!.name).toBe('B');
});
