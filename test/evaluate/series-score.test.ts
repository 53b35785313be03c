import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricsOf } from '../../src/evaluate/metrics.ts';
import { type ScoredTarget, SeriesScore } from '../../src/evaluate/series-score.ts';
import type { Sums } from '../../src/evaluate/sums.ts';
import { type Forecaster, planOf, rowsOf } from './rows.ts';

function scored(
  values: readonly (number | null)[],
  horizons: readonly number[],
  forecast: Forecaster,
  flags: Parameters<typeof planOf>[1] = {},
  told?: (target: ScoredTarget) => void,
): SeriesScore {
  const rows = rowsOf(values, horizons, forecast);
  const series = new SeriesScore(0, rows[0]!, planOf(horizons, flags));
  for (const row of rows) series.take(row, told);
  return series;
}

const metrics = (series: SeriesScore, j: number, phase: 'score' | 'validation' = 'score') =>
  metricsOf(series.sums(phase)[j]!, series.scale);

describe('by hand', () => {
  const series = scored(
    [10, 12, 9, 0],
    [1, 2],
    (index, h) => ({ yhat: index + h, lo: index + h - 8, hi: index + h + 8 }),
    { season: '2' },
  );

  test('one step ahead: targets 12, 9, 0 of the forecasts 2, 3, 4', () => {
    const { count, missing, mae, mse, rmse, mape, mapeZeros, wmape } = metrics(series, 0);
    expect({ count, missing, mapeZeros }).toEqual({ count: 3, missing: 0, mapeZeros: 1 });
    expect(mae).toBeCloseTo((10 + 6 + 4) / 3, 12);
    expect(mse).toBeCloseTo((100 + 36 + 16) / 3, 12);
    expect(rmse).toBeCloseTo(Math.sqrt(152 / 3), 12);
    expect(mape).toBeCloseTo((10 / 12 + 6 / 9) / 2, 12);
    expect(wmape).toBeCloseTo(20 / 21, 12);
  });

  test('its bands are ±8: one of three is missed, by 2', () => {
    const { bands, coverage, width, pinballLo, pinballHi, winkler } = metrics(series, 0);
    expect({ bands, width }).toEqual({ bands: 3, width: 16 });
    expect(coverage).toBeCloseTo(2 / 3, 12);
    // y − lo: 18, 14, 4; y − hi: 2, −2, −12
    expect(pinballLo).toBeCloseTo((0.05 * (18 + 14 + 4)) / 3, 12);
    expect(pinballHi).toBeCloseTo((0.95 * 2 + 0.05 * (2 + 12)) / 3, 12);
    expect(winkler).toBeCloseTo(16 + (20 * 2) / 3, 12);
  });

  test('the naive forecasts of the same origins', () => {
    const { last, seasonal, mean } = metrics(series, 0).baselines;
    expect(last).toMatchObject({ count: 3, mae: (2 + 3 + 9) / 3, mse: (4 + 9 + 81) / 3, ratio: 20 / 14 });
    // two steps before 9 and 0 stand 10 and 12
    expect(seasonal).toMatchObject({ count: 2, mae: (1 + 12) / 2, ratio: (6 + 4) / (1 + 12) });
    expect(mean.mae).toBeCloseTo((2 + 2 + 31 / 3) / 3, 12);
  });

  test('two steps ahead the last value is that of two steps before', () => {
    const { count, baselines } = metrics(series, 1);
    expect(count).toBe(2);
    expect(baselines.last.mae).toBe((1 + 12) / 2);
    expect(baselines.seasonal.mae).toBe((1 + 12) / 2);
  });

  test('MASE: over the moves within a season before the scored rows, else within them', () => {
    expect(series.scale).toBe((1 + 12) / 2);
    expect(metrics(series, 0).mase).toBeCloseTo(20 / 3 / 6.5, 12);
    const flags = { season: '1', score: '3..' };
    const late = scored([10, 12, 9, 0], [1], () => ({ yhat: 1 }), flags);
    expect(late.scale).toBe((2 + 3) / 2);
    expect(metrics(late, 0)).toMatchObject({ count: 1, mae: 1, mase: 1 / 2.5 });
  });

  test('the usual move is that of the values before the target', () => {
    const moves: number[] = [];
    scored(
      [10, 12, 9, 0],
      [1],
      () => ({ yhat: 0 }),
      {},
      ({ usualMove }) => moves.push(usualMove),
    );
    expect(moves).toEqual([NaN, 2, 2.5]);
  });

  test('without a band there is nothing to say of bands', () => {
    const { bands, coverage, width, winkler } = metrics(
      scored([1, 2, 3], [1], () => ({ yhat: 0 })),
      0,
    );
    expect({ bands, coverage, width, winkler }).toEqual({
      bands: 0,
      coverage: null,
      width: null,
      winkler: null,
    });
  });
});

describe('steps without a reading', () => {
  test('are counted as missing, and forecasts across them are scored', () => {
    const series = scored([1, 2, null, null, 5], [1, 3], (index, h) => ({ yhat: index + h }));
    expect(metrics(series, 0)).toMatchObject({ count: 1, missing: 1, mae: 0 });
    expect(metrics(series, 1)).toMatchObject({ count: 1, missing: 1, mae: 0 });
    expect(metrics(series, 1).baselines.last.mae).toBe(3);
  });

  test('hold the value before them for the seasonal naive forecast', () => {
    const series = scored([4, null, 7, 9], [1], () => ({ yhat: 0 }), { season: '2' });
    // two steps before 9 lies the gap, which holds 4
    expect(metrics(series, 0).baselines.seasonal).toMatchObject({ count: 1, mae: 5 });
  });

  // Seen to fail when NaN is a target, when the last value is that of the row, and when the steps after it are counted twice.
  test('readings without the channel are the same, but that forecasts are issued at them too', () => {
    const series = scored([NaN, 1, NaN, NaN, 5], [1, 3], (index, h) => ({ yhat: index + h }));
    expect(series.readings).toBe(2);
    // one step ahead: the steps 3 and 4 are missing, 5 was forecast at 4, from the value 1
    expect(metrics(series, 0)).toMatchObject({ count: 1, missing: 2, mae: 0 });
    expect(metrics(series, 0).baselines).toMatchObject({ last: { mae: 4 }, mean: { mae: 4 } });
    // three ahead: 5 at 2; what was forecast at 1 was forecast of nothing
    expect(metrics(series, 1)).toMatchObject({ count: 1, missing: 0, mae: 0 });
    const never = scored([NaN, NaN, NaN], [1], () => ({ yhat: NaN }));
    expect([never.readings, never.scale, metrics(never, 0).count]).toEqual([0, null, 0]);
  });

  test('a long gap costs no more than the farthest horizon', () => {
    const rows = rowsOf([1, 2], [1, 2], () => ({ yhat: 0 }));
    const series = new SeriesScore(0, rows[0]!, planOf([1, 2]));
    series.take(rows[0]!);
    series.take({ ...rows[1]!, index: 1e12 });
    expect(series.sums('score').map(({ missing }) => missing)).toEqual([1, 1]);
  });
});

describe('rows', () => {
  const values = Array.from({ length: 20 }, (_, i) => i);
  const ahead: Forecaster = (index) => ({ yhat: index });

  test('a target counts for the rows that it lies in, wherever it was forecast', () => {
    const rows: number[] = [];
    scored(values, [4], ahead, { validate: '5..9', score: '10..12' }, ({ row }) => rows.push(row));
    expect(rows).toEqual([10, 11, 12]);
    const series = scored(values, [4], ahead, { validate: '5..9', score: '10..12' });
    expect(metrics(series, 0, 'validation').count).toBe(5);
  });

  test('averaged over steps, all windows of H targets that lie in the rows, as the papers count', () => {
    const flags = { averageSteps: true, horizons: ['1', '3'], score: '10..14' };
    const series = scored(values, [1, 2, 3], ahead, flags);
    // H = 1: the targets 10 to 14; H = 3: the windows 10–12, 11–13, 12–14
    expect(series.sums('score').map(({ count }) => count)).toEqual([5, 9]);
    // ŷ = y at the origin + 1 here, so |e| of step h is h − 1
    expect(metrics(series, 1).mae).toBeCloseTo((0 + 1 + 2) / 3, 12);
    expect(metrics(series, 1).baselines.last.mse).toBeCloseTo((1 + 4 + 9) / 3, 12);
  });

  // Seen to fail with windows of H rows of the file.
  test('averaged over steps, of a series that has every third row of a file: its own readings count', () => {
    const plan = planOf([1, 2, 3], {
      averageSteps: true,
      horizons: ['1', '3'],
      validate: '3..14',
      score: '15..29',
    });
    const rows = rowsOf(values, [1, 2, 3], ahead).map((row) => ({ ...row, row: 3 * row.row + 1 }));
    const series = new SeriesScore(0, rows[0]!, plan);
    const told: number[] = [];
    for (const row of rows) series.take(row, (target) => told.push(target.row));
    // the rows 4, 7, 10, 13 and 16, 19, 22, 25, 28
    expect(series.sums('validation').map(({ count }) => count)).toEqual([4, 2 * 3]);
    expect(series.sums('score').map(({ count }) => count)).toEqual([5, 3 * 3]);
    expect(told.toSorted((a, b) => a - b)).toEqual([16, 19, 22, 22, 25, 25, 28, 28]);
  });

  test('averaged over steps, no window that has not ended counts', () => {
    const flags = { averageSteps: true, horizons: ['3'] };
    const series = scored([1, 2, 3, 4, 5], [1, 2, 3], ahead, flags);
    expect(series.sums('score').map(({ count }) => count)).toEqual([2 * 3]);
  });

  test('the deviation is that of a population, over its rows alone', () => {
    const series = scored([5, 1, 3, 9, 100], [1], ahead, { standardizeOn: '1..3' });
    expect(series.deviation).toBeCloseTo(Math.sqrt((1 + 9 + 81) / 3 - (13 / 3) ** 2), 12);
  });
});

const anyValues = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: -50, max: 50 }) },
    { weight: 1, arbitrary: fc.constantFrom(null, NaN) },
  ),
  {
    minLength: 2,
    maxLength: 60,
  },
);
const startsWithOne = anyValues.map((values) => [7, ...values]);

describe('properties', () => {
  test('forecasts that come true have no error, and bands around them hold', () => {
    fc.assert(
      fc.property(startsWithOne, (values) => {
        const come = (step: number): number => values[step - 1] || 0;
        const series = scored(values, [1, 2, 5], (index, h) => {
          const yhat = come(index + h);
          return { yhat, lo: yhat, hi: yhat };
        });
        for (const sums of series.sums('score')) {
          const { error, square, winkler, pinballLo, pinballHi } = sums;
          expect({ error, square, winkler, pinballLo, pinballHi }).toEqual({
            error: 0,
            square: 0,
            winkler: 0,
            pinballLo: 0,
            pinballHi: 0,
          });
          expect(sums.covered).toBe(sums.bands);
        }
      }),
    );
  });

  test('who forecasts the last value equals the last value', () => {
    fc.assert(
      fc.property(startsWithOne, (values) => {
        const series = scored(values, [1, 3], (index) => ({
          yhat: values.slice(0, index).findLast(isKnown)!,
        }));
        for (const sums of series.sums('score')) {
          expect(sums.error).toBe(sums.last);
          expect(sums.square).toBe(sums.lastSquare);
        }
      }),
    );
  });

  test('equals the definition, computed from the whole at once', () => {
    const flags = fc.record({
      averageSteps: fc.boolean(),
      season: fc.integer({ min: 1, max: 9 }).map(String),
      from: fc.integer({ min: 0, max: 20 }),
      rows: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(startsWithOne, flags, (values, { averageSteps, season, from, rows }) => {
        const horizons = ['1', '4'];
        const score = `${from}..${from + rows}`;
        const forecast: Forecaster = (index, h) => ({ yhat: ((index * 7 + h * 3) % 11) - 5 });
        const series = scored(values, [1, 2, 3, 4], forecast, { averageSteps, season, horizons, score });
        const expected = [1, 4].map((horizon) =>
          definition(values, forecast, {
            horizon,
            averageSteps,
            season: Number(season),
            from,
            to: from + rows,
          }),
        );
        expect(
          series.sums('score').map(({ count, missing, error, last, mean, season: s, seasonCount }) => ({
            count,
            missing,
            error,
            last,
            mean: Math.round(mean * 1e6),
            season: s,
            seasonCount,
          })),
        ).toEqual(expected);
      }),
    );
  });
});

const isKnown = (value: number | null): value is number => value !== null && !Number.isNaN(value);

type Definition = Pick<Sums, 'count' | 'missing' | 'error' | 'last' | 'mean' | 'season' | 'seasonCount'>;

/** Sums over all pairs of origin and step, straight from the definition. */
function definition(
  values: readonly (number | null)[],
  forecast: Forecaster,
  {
    horizon,
    averageSteps,
    season: m,
    from,
    to,
  }: { horizon: number; averageSteps: boolean; season: number; from: number; to: number },
): Definition {
  const sums = { count: 0, missing: 0, error: 0, last: 0, mean: 0, season: 0, seasonCount: 0 };
  const rowOf = (step: number): number => values.slice(0, step - 1).filter((value) => value !== null).length;
  const held = (step: number): number | undefined =>
    step < 1 ? undefined : (values.slice(0, step).findLast(isKnown) ?? undefined);
  const total = values.filter((value) => value !== null).length;
  for (let origin = 1; origin <= values.length; origin++) {
    const last = held(origin);
    if (values[origin - 1] === null || last === undefined) continue;
    const known = values.slice(0, origin).filter(isKnown);
    for (let h = averageSteps ? 1 : horizon; h <= horizon; h++) {
      const y = values[origin + h - 1];
      // what lies beyond the last reading is not missing: it has not come
      if (y === undefined || rowOf(origin + h) >= total) continue;
      // of a window the rows of its readings; it counts once its last step is over
      const isOver = rowOf(origin + horizon) < total;
      const hasLast = typeof values[origin + horizon - 1] === 'number';
      const [first, end] = averageSteps
        ? [rowOf(origin) + 1, isOver ? rowOf(origin + horizon) - (hasLast ? 0 : 1) : Infinity]
        : [rowOf(origin + h), rowOf(origin + h)];
      if (first < from || end > to) continue;
      if (!isKnown(y)) {
        sums.missing++;
        continue;
      }
      sums.count++;
      sums.error += Math.abs(y - forecast(origin, h).yhat);
      sums.last += Math.abs(y - last);
      sums.mean += Math.abs(y - known.reduce((a, b) => a + b, 0) / known.length);
      const before = held(origin + h - m * Math.ceil(h / m));
      if (before === undefined) continue;
      sums.seasonCount++;
      sums.season += Math.abs(y - before);
    }
  }
  return { ...sums, mean: Math.round(sums.mean * 1e6) };
}

test('events count in the rows that they happened in', () => {
  const plan = planOf([1], { validate: '1..2', score: '3..4' });
  const rows = rowsOf([1, 2, 3, 4, 5, 6], [1], () => ({ yhat: 0 }));
  const series = new SeriesScore(0, rows[0]!, plan);
  for (const row of rows)
    series.take({ ...row, events: row.row === 4 ? ['drift-up', 'relearn'] : ['drift-up'] });
  expect(series.events('validation')).toEqual({ 'drift-up': 2 });
  expect(series.events('score')).toEqual({ 'drift-up': 2, relearn: 1 });
});
