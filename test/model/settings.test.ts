import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { loadSettings } from '../../src/config/load.ts';
import { type FileModelSettings, ModelSettings, type SeededModelSettings } from '../../src/model/settings.ts';

const SEEDED = {
  usual: false,
  cell: 'lstm',
  activation: 'tanh',
  inputs: 'plain',
  hidden: 16,
  layers: 1,
  horizon: 12,
  seed: 1,
};

test('without a file every setting is known', () => {
  expect(ModelSettings.parse(undefined)).toStrictEqual({ ...SEEDED, usual: true });
  expect(ModelSettings.parse({ name: 'a' }).file ?? 'usual').toBe('usual');
  expect(ModelSettings.parse({ name: 'a' })).toMatchObject({ usual: true });
  expect(ModelSettings.parse({ seed: 1 })).toMatchObject({ usual: false });
  expect(ModelSettings.parse({ hidden: 8, name: 'a', cell: undefined })).toStrictEqual({
    ...SEEDED,
    hidden: 8,
    name: 'a',
  });
  expectTypeOf<ModelSettings>().toEqualTypeOf<SeededModelSettings | FileModelSettings>();
  expectTypeOf<SeededModelSettings['hidden']>().toEqualTypeOf<number>();
});

test('with a file what is left out stays left out', () => {
  expect(ModelSettings.parse({ file: 'm.safetensors', layers: 2 })).toStrictEqual({
    file: 'm.safetensors',
    layers: 2,
  });
});

test.each([
  { hidden: 0 },
  { hidden: 1025 },
  { hidden: 1.5 },
  { layers: 9 },
  { horizon: 513 },
  { seed: -1 },
  { cell: 'transformer' },
  { inputs: 'masks' },
  { name: 'Not A Name' },
  { file: '' },
])('refuses %j, with and without a file', (wrong) => {
  expect(ModelSettings.safeParse(wrong).success).toBe(false);
  expect(ModelSettings.safeParse({ file: 'm', ...wrong }).success).toBe(false);
});

test('a fault in them is explained as any other', () => {
  const schema = z.strictObject({ model: ModelSettings });
  const load =
    (...set: string[]) =>
    () =>
      loadSettings(schema, { defaults: {}, set });
  expect(load('model.hiden=3')).toThrow('model.hiden: no such setting; did you mean hidden?');
  expect(load('model.hidden=0', 'model.file=m')).toThrow('model.hidden: expected at least 1, got 0');
});

test('the defaults are told to those who ask the schema', () => {
  const { properties } = z.toJSONSchema(ModelSettings, { io: 'input' }) as {
    properties: Record<string, { default?: unknown; description?: string }>;
  };
  const defaults = Object.entries(properties).flatMap(([key, { default: value }]) =>
    value === undefined ? [] : [[key, value]],
  );
  expect({ ...Object.fromEntries(defaults), usual: false }).toEqual(SEEDED);
});
