import { readFileSync } from 'node:fs';
import { from } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { align, AlignSettings } from '../../src/align/align.ts';
import { recur } from '../../src/cell/recur.ts';
import { ForetideError } from '../../src/errors.ts';
import { forecast } from '../../src/forecast/forecast.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import { Memory } from '../../src/memory/memory.ts';
import { type ExpectedModel, loadModel, saveModel } from '../../src/model/load.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { readSafetensors, writeSafetensors } from '../../src/model/safetensors.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { frames } from '../../src/rx/frames.ts';
import { scale, ScaleSettings } from '../../src/scale/scale.ts';
import { EXPORTED, exportedModel, type ModelCase, modelCases, modelPath } from '../reference/models.ts';
import { breaker, refusedOr } from './broken.ts';

const { time, value, cases } = modelCases();
const read = (file: string): Uint8Array => readFileSync(modelPath(file));
const loadCase = ({ file, activation }: ModelCase): Model => loadModel(read(file), { activation }, file);

/** z and ŷ of the fixtures' series through the stages of a pipeline, the model's own head frozen. */
function forecastsOf(model: Model): { z: number[]; yhat: number[] } {
  const { channels } = model;
  const memory = new Memory();
  const readings = time.map((t, i) => ({
    series: 's',
    time: t,
    value: value.slice(2 * i, 2 * i + channels),
  }));
  const z: number[] = [];
  const yhat: number[] = [];
  from(readings)
    .pipe(
      frames(memory, 7),
      align(memory, AlignSettings.parse({})),
      scale(memory, channels, ScaleSettings.parse({})),
      recur(memory, model),
      forecast(memory, model, ForecastSettings.parse({ learn: 'none' })),
    )
    .subscribe((frame) => {
      z.push(...frame.z);
      yhat.push(...frame.yhat);
    });
  return { z, yhat };
}

function errorOf(load: () => unknown): ForetideError {
  try {
    load();
  } catch (error) {
    if (error instanceof ForetideError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}

describe('a model of PyTorch', () => {
  test('there are fixtures of each cell, of one and two layers and channels, and of what Foretide wrote', () => {
    const kinds = cases.map(({ file }) => file);
    expect(kinds).toEqual(
      expect.arrayContaining([
        'rnn-relu',
        ...EXPORTED.flatMap((kind) => [`${kind}-1`, `${kind}-2`, `foretide-${kind}`]),
      ]),
    );
    expect(cases.every(({ yhat, channels, horizon }) => yhat.length === 120 * channels * horizon)).toBe(true);
  });

  test.each(cases)(
    '$file forecasts through the stages what PyTorch forecasts, over 120 readings, within 1e-5',
    (fixture) => {
      const model = loadCase(fixture);
      const { cell, hidden, channels, horizon, layers, inputs } = model;
      expect([cell.name, hidden, channels, horizon, layers.length]).toEqual([
        fixture.kind,
        fixture.hidden,
        fixture.channels,
        fixture.horizon,
        fixture.layers,
      ]);
      const { z, yhat } = forecastsOf(model);
      expect(yhat).toHaveLength(fixture.yhat.length);
      let worst = 0;
      yhat.forEach((y, i) => (worst = Math.max(worst, Math.abs(y - fixture.yhat[i]!))));
      expect(worst).toBeLessThan(1e-5);
      // and what the cells see is X_t as the fixture has it
      let worstZ = 0;
      z.forEach((seen, i) => {
        const t = Math.floor(i / channels);
        worstZ = Math.max(worstZ, Math.abs(seen - fixture.x[t * inputs + (i % channels)]!));
      });
      expect(worstZ).toBeLessThan(1e-6);
    },
  );

  test.each(cases)('$file is the same model after it was saved and loaded', (fixture) => {
    const model = loadCase(fixture);
    const again = loadModel(saveModel(model));
    expect(again).toStrictEqual(model);
    expect(forecastsOf(again)).toEqual(forecastsOf(model));
  });

  test("an RNN's σ is that of the settings, by default tanh as PyTorch's", () => {
    expect(loadModel(read('rnn-1')).cell.activation).toBe('tanh');
    const relu = loadModel(read('rnn-relu'), { activation: 'relu' });
    expect(relu.cell.activation).toBe('relu');
    expect(relu.fingerprint).not.toBe(loadModel(read('rnn-relu')).fingerprint);
    expect(loadModel(saveModel(relu)).cell.activation).toBe('relu');
    // the others have theirs fixed: the setting is without effect, as it is without a file
    expect(loadModel(read('lstm-1'), { activation: 'relu' })).toEqual(loadModel(read('lstm-1')));
  });

  test('is called after its cell, or as the settings say', () => {
    expect(loadModel(read('gru-2')).name).toBe('gru5');
    expect(loadModel(read('gru-2'), { name: 'pump' }).name).toBe('pump');
  });
});

describe('a model of Foretide', () => {
  test.each(EXPORTED)('%s: saved to the bytes that PyTorch has read, and loaded again', (kind) => {
    const model = exportedModel(kind);
    expect(saveModel(model)).toEqual(Uint8Array.from(read(`foretide-${kind}`)));
    expect(loadModel(saveModel(model))).toStrictEqual({ ...model, origin: 'file' });
  });

  test('its name travels; another in the settings is a new label, not a contradiction', () => {
    const file = saveModel(createModel(ModelSettings.parse({ name: 'boiler' }), 1));
    const model = loadModel(file);
    expect(model.name).toBe('boiler');
    expect(loadModel(file, { name: 'pump' })).toEqual({ ...model, name: 'pump' });
  });

  test('a weight that was changed is found by the fingerprint', () => {
    const bytes = saveModel(exportedModel('lstm'));
    bytes[bytes.length - 4]! ^= 1;
    const error = errorOf(() => loadModel(bytes, {}, 'x.safetensors'));
    expect(error.message).toMatch(
      /^The metadata of the model are not those of its tensors: expected foretide\.fingerprint [0-9a-f]{64}, got "[0-9a-f]{60}"… \(at x\.safetensors\)/,
    );
    expect(error.code).toBe('MODEL_INVALID');
  });

  const edited = (change: (metadata: Map<string, string>) => void): Uint8Array => {
    const { tensors, metadata } = readSafetensors(saveModel(exportedModel('rnn')));
    const copy = new Map(metadata);
    change(copy);
    return writeSafetensors({ tensors, metadata: copy });
  };

  test.each([
    ['cell', 'lstm', 'expected foretide.cell rnn, got "lstm"'],
    ['activation', 'relu', 'foretide.fingerprint'],
    ['activation', 'softmax', 'expected foretide.activation tanh, got "softmax"'],
    ['hidden', '6', 'expected foretide.hidden 5, got "6"'],
    ['hidden', '5.0', 'got "5.0"'],
    ['layers', '1', 'expected foretide.layers 2'],
    ['horizon', '4', 'expected foretide.horizon 2'],
    ['channels', '1', 'expected foretide.channels 2'],
    ['inputs', '3', 'expected foretide.inputs 4'],
    ['name', 'Not A Name', 'expected foretide.name of a-z, 0-9 and -'],
    ['version', '2', 'A newer Foretide wrote the file'],
    ['seed', '1', 'got "foretide.seed"'],
  ])('foretide.%s: %s is refused', (key, text, part) => {
    const error = errorOf(() => loadModel(edited((metadata) => metadata.set(`foretide.${key}`, text))));
    expect(error.code).toBe('MODEL_INVALID');
    expect(error.message).toContain(part);
  });

  test('a key that is missing is named; without any it is a plain state_dict', () => {
    const error = errorOf(() => loadModel(edited((metadata) => metadata.delete('foretide.horizon'))));
    expect(error.message).toContain('got no foretide.horizon');
    const plain = edited((metadata) => {
      metadata.clear();
      metadata.set('format', 'pt');
    });
    expect(loadModel(plain)).toEqual({ ...exportedModel('rnn'), origin: 'file' });
  });
});

describe('inputs with masks and Δt', () => {
  const settings = ModelSettings.parse({ inputs: 'gaps', hidden: 3, horizon: 6 });
  const model: Model = { ...createModel(settings, 1), origin: 'file' };
  const { tensors } = readSafetensors(saveModel(model));
  const plain = writeSafetensors({ tensors, metadata: new Map() });

  test('a model that was saved says which they are, whatever else is said', () => {
    expect(loadModel(saveModel(model))).toStrictEqual(model);
    expect(loadModel(saveModel(model), { inputs: 'gaps', channels: 1 })).toStrictEqual(model);
    expect(loadModel(saveModel(model), { channels: 3 }).channels).toBe(1);
    const error = errorOf(() => loadModel(saveModel(model), { inputs: 'plain' }));
    expect(error.message).toContain('expected model.inputs gaps, got plain');
  });

  test('of a plain state_dict the channels tell it, or the setting', () => {
    expect(loadModel(plain, { channels: 1 })).toStrictEqual(model);
    expect(loadModel(plain, { inputs: 'gaps' })).toStrictEqual(model);
    expect(loadModel(plain)).toMatchObject({ inputKind: 'plain', channels: 3, horizon: 2 });
    const error = errorOf(() => loadModel(plain, { channels: 1, inputs: 'plain' }));
    expect(error.code).toBe('SETTINGS_INVALID');
    expect(error.message).toContain('expected model.inputs gaps, got plain');
  });
});

describe('settings', () => {
  const fitting: ExpectedModel = {
    cell: 'lstm',
    activation: 'tanh',
    inputs: 'plain',
    hidden: 4,
    layers: 1,
    horizon: 3,
  };

  test('those that fit change nothing', () => {
    expect(loadModel(read('lstm-1'), fitting)).toEqual(loadModel(read('lstm-1')));
  });

  test.each<[ExpectedModel, string]>([
    [{ ...fitting, cell: 'gru' }, 'expected model.cell lstm, got gru'],
    [{ ...fitting, inputs: 'gaps' }, 'expected model.inputs plain, got gaps'],
    [{ ...fitting, hidden: 16 }, 'expected model.hidden 4, got 16'],
    [{ ...fitting, layers: 2 }, 'expected model.layers 1, got 2'],
    [{ ...fitting, horizon: 12 }, 'expected model.horizon 3, got 12'],
    [{ ...fitting, hidden: 8, horizon: 1 }, 'expected model.hidden 4, model.horizon 3, got 8, 1'],
  ])('those that contradict are an error: %j', (settings, part) => {
    const error = errorOf(() => loadModel(read('lstm-1'), settings, 'lstm-1.safetensors'));
    expect(error.code).toBe('SETTINGS_INVALID');
    expect(error.message).toContain(`${part} (at lstm-1.safetensors). Leave out model.`);
  });

  test("the file's own σ is held against the settings too", () => {
    const file = saveModel(loadModel(read('rnn-relu'), { activation: 'relu' }));
    expect(errorOf(() => loadModel(file, { activation: 'tanh' })).message).toContain(
      'expected model.activation relu, got tanh',
    );
  });
});

test('10,000 broken models: refused with MODEL_INVALID, or the very model', () => {
  const files = cases.map(({ file }) => file);
  const own = new Map(EXPORTED.map((kind) => [`foretide-${kind}`, exportedModel(kind).fingerprint]));
  const broken = breaker(2);
  let refused = 0;
  for (let tried = 0; refused < 10_000 && tried < 30_000; tried++) {
    const file = files[tried % files.length]!;
    const bytes = broken(read(file));
    const model = refusedOr(() => loadModel(bytes));
    if (model === undefined) {
      refused++;
      continue;
    }
    // what bears a fingerprint is accepted only with that fingerprint, unless the metadata themselves were taken away
    const hasMetadata = Buffer.from(bytes).includes('foretide.fingerprint');
    if (own.has(file) && hasMetadata && model.fingerprint !== own.get(file))
      throw new Error(`${file} was accepted`);
  }
  expect(refused).toBe(10_000);
});
