import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { silentLog } from '../../src/log.ts';
import { Memory } from '../../src/memory/memory.ts';
import { loadModel, saveModel } from '../../src/model/load.ts';
import { modelFor } from '../../src/model/model-for.ts';
import { createModel } from '../../src/model/model.ts';
import { toPyTorch } from '../../src/model/pytorch.ts';
import { writeSafetensors } from '../../src/model/safetensors.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { stateFingerprint, stateMeaning } from '../../src/run/fingerprint.ts';
import { prepare } from '../../src/run/prepare.ts';
import { modelPath } from '../reference/models.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-model-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('without a file: from the seed', async () => {
  const settings = ModelSettings.parse({ hidden: 3, seed: 9 });
  expect(await modelFor(settings, ['0', '1'])).toEqual(createModel(settings, 2));
});

test('where nothing is asked for: the one that comes with the package, for readings of one channel', async () => {
  const model = await modelFor(ModelSettings.parse({ name: 'mine' }), ['']);
  expect(model).toMatchObject({ name: 'mine', hidden: 8, horizon: 12, inputKind: 'plain' });
  expect((await modelFor(ModelSettings.parse({}), [''])).fingerprint).toBe(model.fingerprint);
  expect(saveModel(model).length).toBeLessThan(1e6);
  const two = ModelSettings.parse({});
  expect(await modelFor(two, ['0', '1'])).toEqual(createModel(two, 2));
});

test('it says where its weights come from', async () => {
  const originOf = async (settings: object) => (await modelFor(ModelSettings.parse(settings), [''])).origin;
  expect(await originOf({})).toBe('package');
  expect(await originOf({ name: 'mine' })).toBe('package');
  expect(await originOf({ hidden: 3 })).toBe('seed');
  expect(await originOf({ file: modelPath('gru-1') })).toBe('file');
  expect((await modelFor(ModelSettings.parse({}), ['0', '1'])).origin).toBe('seed');
});

test('from a file, whatever the defaults of the other settings are', async () => {
  const model = await modelFor(ModelSettings.parse({ file: modelPath('gru-1') }), ['']);
  expect([model.cell.name, model.hidden, model.horizon]).toEqual(['gru', 4, 3]);
  const path = join(folder, 'saved.safetensors');
  writeFileSync(path, saveModel(model));
  expect(await modelFor(ModelSettings.parse({ file: path }), [''])).toEqual(model);
});

test('settings hold for the file', async () => {
  const settings = (more: object): ModelSettings =>
    ModelSettings.parse({ file: modelPath('rnn-relu'), ...more });
  expect((await modelFor(settings({ activation: 'relu', name: 'r' }), [''])).name).toBe('r');
  await expect(modelFor(settings({ cell: 'gru' }), [''])).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
});

test('a model for other channels than the readings have is refused', async () => {
  const file = modelPath('lstm-2');
  expect((await modelFor(ModelSettings.parse({ file }), ['0', '1'])).channels).toBe(2);
  await expect(modelFor(ModelSettings.parse({ file }), [''])).rejects.toMatchObject({
    code: 'SETTINGS_INVALID',
    message: expect.stringContaining(
      'expected 3 inputs (plain) or 5 (gaps) for 1 channel, got 4 (plain), for 2 channels',
    ),
  });
});

test('the channels of the readings tell what the inputs of a plain state_dict are', async () => {
  const file = join(folder, 'plain.safetensors');
  const model = createModel(ModelSettings.parse({ inputs: 'gaps', hidden: 3, horizon: 6 }), 1);
  writeFileSync(file, writeSafetensors({ tensors: toPyTorch(model), metadata: new Map() }));
  expect(await modelFor(ModelSettings.parse({ file }), [''])).toEqual({ ...model, origin: 'file' });
  expect((await modelFor(ModelSettings.parse({ file }), ['0', '1', '2'])).inputKind).toBe('plain');
  await expect(modelFor(ModelSettings.parse({ file }), ['0', '1'])).rejects.toThrow(
    'expected 4 inputs (plain) or 7 (gaps) for 2 channels, got 5 (plain), for 3 channels',
  );
});

test.each([
  ['a file that is not there', join(folder, 'none.safetensors')],
  ['a folder', folder],
  ['a device without an end', '/dev/zero'],
])('%s: FILE_UNREADABLE', async (_, file) => {
  await expect(modelFor(ModelSettings.parse({ file }), [''])).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    facts: { where: file },
  });
});

test('a fault tells the path of the file', async () => {
  const file = join(folder, 'torn.safetensors');
  writeFileSync(
    file,
    saveModel(loadModel(Buffer.from(saveModel(createModel(ModelSettings.parse({}), 1))))).subarray(0, 2000),
  );
  await expect(modelFor(ModelSettings.parse({ file }), [''])).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    facts: { where: file },
  });
});

test('a run takes it up by model.file, and its state stays valid when the file moves or its settings are spelt out', async () => {
  const moved = join(folder, 'moved.safetensors');
  copyFileSync(modelPath('lstm'), moved);
  const fingerprints = await Promise.all(
    [
      [`model.file=${modelPath('lstm')}`],
      [`model.file=${moved}`, 'model.cell=lstm', 'model.hidden=16'],
      [`model.file=${moved}`, 'model.name=other'],
    ].map(async (set) => {
      const settings = loadSettings(liveForecast.settings, { defaults: liveForecast.defaults, set });
      const { decoder, model } = await prepare(settings, silentLog);
      const memory = new Memory();
      liveForecast.topology(settings, { memory, decoder, model });
      return stateFingerprint(stateMeaning('p', settings, model, memory));
    }),
  );
  expect(fingerprints[1]).toBe(fingerprints[0]);
  expect(fingerprints[2]).not.toBe(fingerprints[0]);
});

test('channels have the names of the readings, and those are no part of the fingerprint', async () => {
  const settings = ModelSettings.parse({ hidden: 2 });
  const model = await modelFor(settings, ['x', 'y']);
  expect(model).toEqual({ ...createModel(settings, 2), channelNames: ['x', 'y'] });
  expect(createModel(settings, 2).channelNames).toEqual(['0', '1']);
  expect(createModel(settings, 1).channelNames).toEqual(['']);
});
