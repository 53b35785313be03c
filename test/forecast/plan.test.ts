import { describe, expect, test } from 'vitest';
import { planOf } from '../../src/forecast/plan.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';

const model = createModel(ModelSettings.parse({ hidden: 1, horizon: 6 }), 2);

function plan(settings: object) {
  return planOf(model, ForecastSettings.parse(settings), 0);
}

describe('horizons', () => {
  test('are all up to the model’s, where none are chosen', () => {
    expect(plan({})).toMatchObject({ channels: 2, horizons: [1, 2, 3, 4, 5, 6], farthest: 6 });
  });

  test('are those that are chosen, ascending, each once', () => {
    expect(plan({ horizons: [48, 1, 24, 1, 9, 48] })).toMatchObject({
      horizons: [1, 9, 24, 48],
      farthest: 48,
    });
    expect(plan({ horizons: [7] })).toMatchObject({ horizons: [7], farthest: 7 });
  });

  test('may not be farther than the model’s head looks, where nothing is learned', () => {
    expect(plan({ learn: 'none', horizons: [6, 2] }).horizons).toEqual([2, 6]);
    expect(() => plan({ learn: 'none', horizons: [1, 7] })).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID' }),
    );
    expect(() => plan({ learn: 'none', horizons: [7] })).toThrow(/at most 6.*got 7.*forecast\.horizons/su);
    expect(plan({ learn: 'head', horizons: [7] }).farthest).toBe(7);
  });
});

test('weights are each series’ own, unless they are to be shared; then no drift of one may loosen them', () => {
  expect([plan({}).weights, plan({ weights: 'partition' }).weights]).toEqual(['series', 'partition']);
  expect(plan({ onDrift: 'relearn' }).weights).toBe('series');
  expect(() => plan({ weights: 'partition', onDrift: 'relearn' })).toThrow(
    expect.objectContaining({ code: 'SETTINGS_INVALID' }),
  );
});

describe("the model's head", () => {
  test.each([
    ['seed', 'light', false],
    ['seed', 'full', false],
    ['package', 'light', false],
    ['package', 'full', false],
    ['file', 'light', true],
    ['file', 'full', true],
  ] as const)('of a model from the %s, profile %s: it is asked: %s', (origin, profile, asked) => {
    const of = (settings: object) => planOf({ ...model, origin }, ForecastSettings.parse(settings), 0);
    expect(of({ profile }).asksModel).toBe(asked);
    expect(of({ profile, learn: 'head' }).asksModel).toBe(asked);
    expect(of({ profile, learn: 'none' }).asksModel).toBe(false);
  });
});

describe('levels', () => {
  test('are ascending, and main is the place of the one that lo and hi stand for', () => {
    expect(plan({})).toMatchObject({ levels: [0.5, 0.8, 0.9, 0.95], main: 2 });
    expect(plan({ level: 0.99 })).toMatchObject({ levels: [0.5, 0.8, 0.95, 0.99], main: 3 });
    expect(plan({ level: 0.1, levels: [0.7, 0.2] })).toMatchObject({ levels: [0.1, 0.2, 0.7], main: 0 });
  });

  test('stand once each', () => {
    expect(plan({ level: 0.8, levels: [0.8, 0.95, 0.8, 0.5] })).toMatchObject({
      levels: [0.5, 0.8, 0.95],
      main: 1,
    });
    expect(plan({ level: 0.9, levels: [] })).toMatchObject({ levels: [0.9], main: 0 });
  });
});

describe('targets', () => {
  const named: Model = {
    ...createModel(ModelSettings.parse({ hidden: 1 }), 3),
    channelNames: ['t', 'p', 'h'],
  };
  const of = (targets?: string[], given = named, known = 0) =>
    planOf(given, ForecastSettings.parse({ targets }), known);

  test('are all channels, or those that are named, in the order of the reading and each once', () => {
    expect(of()).toMatchObject({ channels: 3, targets: [0, 1, 2] });
    expect(of(['h', 't', 'h'])).toMatchObject({ channels: 2, targets: [0, 2] });
    expect(plan({ targets: ['1'] })).toMatchObject({ channels: 1, targets: [1] });
  });

  // Seen to fail when the first of the channels are taken for those that are known ahead.
  test('are none of the channels that are known ahead', () => {
    expect(of(undefined, named, 1)).toMatchObject({ channels: 2, targets: [0, 1] });
    expect(of(['p'], named, 1)).toMatchObject({ channels: 1, targets: [1] });
    expect(() => of(['t', 'h'], named, 2)).toThrow(/some of t, got h/u);
  });

  test('a name that is none of the channels is told of, with those that there are', () => {
    expect(() => of(['p', 'x', 'y'])).toThrow(
      expect.objectContaining({
        code: 'SETTINGS_INVALID',
        message: expect.stringMatching(/some of t, p, h, got x, y.*forecast\.targets/su) as unknown,
      }),
    );
    const one = createModel(ModelSettings.parse({ hidden: 1 }), 1);
    expect(() => of(['value'], one)).toThrow(/one number each.*input\.decode\.channels/su);
    expect(() => ForecastSettings.parse({ targets: [] })).toThrow(/targets/u);
  });
});
