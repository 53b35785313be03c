import { expect, test } from 'vitest';
import { SCORE, type Score, SCORE_SLOT } from '../../src/forecast/score.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { summarise } from '../../src/run/summary.ts';

const modelOf = (channels: number, horizon: number): Model =>
  createModel(ModelSettings.parse({ hidden: 1, horizon }), channels);

/** A Memory in which these series have these sums: [series][channel][horizon]. */
function memoryOf(model: Model, series: readonly (readonly (readonly Partial<Score>[])[])[]): Memory {
  const memory = new Memory();
  const slot = memory.series(SCORE_SLOT, 'f64', SCORE.length * model.horizon * model.channels);
  for (const [s, channels] of series.entries()) {
    const at = slot.at(memory.row(`s${s}`));
    const { f64 } = memory.view();
    channels.forEach((horizons, c) =>
      horizons.forEach((score, h) => {
        SCORE.forEach((name, i) => {
          f64[at + (c * model.horizon + h) * SCORE.length + i] = score[name] ?? 0;
        });
      }),
    );
  }
  return memory;
}

const beats = (error: number, last: number): Partial<Score> => ({ count: 1, error, last });

test('nothing scored yet: nothing to say, a line for each horizon that there is', () => {
  const model = modelOf(1, 3);
  expect(summarise([memoryOf(model, [])], model, [1, 3, 9])).toEqual([
    { h: '01', againstLast: null, againstSeason: null, coverage: null },
    { h: '03', againstLast: null, againstSeason: null, coverage: null },
  ]);
  expect(summarise([], modelOf(1, 120), [5])[0]!.h).toBe('005');
});

test('the mean over series is geometric, so that series of any unit count alike', () => {
  const model = modelOf(1, 1);
  const memory = memoryOf(model, [[[beats(1e6, 2e6)]], [[beats(8e-3, 1e-3)]]]);
  const [line] = summarise([memory], model, [1]);
  expect(line!.againstLast).toBeCloseTo(Math.sqrt((1 / 2) * 8), 12);
});

test('channels and partitions count as series of their own, each horizon for itself', () => {
  const model = modelOf(2, 2);
  const one = memoryOf(model, [
    [
      [beats(1, 2), beats(3, 1)],
      [beats(1, 4), beats(3, 1)],
    ],
  ]);
  const other = memoryOf(model, [
    [
      [beats(1, 8), beats(3, 1)],
      [beats(1, 1), beats(3, 1)],
    ],
  ]);
  const lines = summarise([one, other], model, [1, 2]);
  expect(lines[0]!.againstLast).toBeCloseTo((1 / 2 / 4 / 8) ** 0.25, 12);
  expect(lines[1]!.againstLast).toBeCloseTo(3, 12);
});

test('against a season only what had one is compared', () => {
  const model = modelOf(1, 1);
  const memory = memoryOf(model, [
    [[{ error: 9, last: 10, seasonalError: 1, seasonal: 4 }]],
    [[{ error: 9, last: 10 }]],
  ]);
  const [line] = summarise([memory], model, [1]);
  expect(line!.againstSeason).toBeCloseTo(0.25, 12);
  expect(line!.againstLast).toBeCloseTo(0.9, 12);
});

test('a series that never moves, or is forecast without any error, spoils no mean', () => {
  const model = modelOf(1, 1);
  const memory = memoryOf(model, [[[beats(0, 5)]], [[beats(5, 0)]], [[beats(1, 2)]]]);
  expect(summarise([memory], model, [1])[0]!.againstLast).toBeCloseTo(0.5, 12);
});

test('coverage is the share of all targets that had a band', () => {
  const model = modelOf(1, 1);
  const memory = memoryOf(model, [[[{ bands: 10, covered: 9 }]], [[{ bands: 90, covered: 78 }]], [[{}]]]);
  expect(summarise([memory], model, [1])[0]!.coverage).toBeCloseTo(0.87, 12);
});
