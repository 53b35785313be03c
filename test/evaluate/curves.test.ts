import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Curves } from '../../src/evaluate/curves.ts';
import { SeriesScore } from '../../src/evaluate/series-score.ts';
import { planOf, rowsOf } from './rows.ts';
import { target } from './scored.ts';

const [row] = rowsOf([1], [1, 3, 6], () => ({ yhat: 0 }));
const series = (name: string): SeriesScore =>
  new SeriesScore(0, { ...row!, series: name }, planOf([1, 3, 6]));
describe('stretches', () => {
  test('are the last 168 targets of a series and horizon, in order', () => {
    const curves = new Curves();
    const one = series('one');
    for (let i = 0; i < 1000; i++) {
      curves.add(one, target(i));
      if (i % 100 === 0) curves.add(series('other'), target(i));
    }
    const times = curves.stretch(one, 1).map(({ time }) => time);
    expect(times).toEqual(Array.from({ length: 168 }, (_, i) => 832 + i));
    expect(curves.stretch(one, 6)).toEqual([]);
    expect(curves.stretch(series('unseen'), 1)).toEqual([]);
  });

  test('are kept of the nearest and the farthest horizon, and of 200 series', () => {
    const curves = new Curves();
    for (let i = 0; i < 300; i++) {
      const each = series(`s${i}`);
      for (const horizon of [1, 3, 6]) curves.add(each, target(i, { horizon }));
    }
    expect([1, 3, 6].map((h) => curves.stretch(series('s7'), h).length)).toEqual([1, 0, 1]);
    expect([199, 200].map((i) => curves.stretch(series(`s${i}`), 1).length)).toEqual([1, 0]);
    expect([1, 3, 6].map((h) => curves.course(h).reduce((sum, { count }) => sum + count, 0))).toEqual([
      300, 0, 300,
    ]);
  });
});

describe('the course over time', () => {
  test('sums errors in usual moves, and what the bands held', () => {
    const curves = new Curves();
    const one = series('one');
    curves.add(one, target(100));
    curves.add(one, target(900, { y: 9, usualMove: 4 }));
    curves.add(one, target(1100, { lo: NaN, hi: NaN }));
    curves.add(one, target(1200, { usualMove: 0 })); // a series that has never moved has no unit
    expect(curves.course(1)).toEqual([
      { time: 0, width: 1000, count: 2, error: 2 / 2 + 6 / 4, last: 4 / 2 + 8 / 4, bands: 2, covered: 1 },
      { time: 1000, width: 1000, count: 1, error: 1, last: 2, bands: 0, covered: 0 },
    ]);
  });

  test('never has more than 160 stretches of time, and loses nothing', () => {
    const times = fc.array(fc.integer({ min: -1e12, max: 4e12 }), { minLength: 300, maxLength: 1000 });
    fc.assert(
      fc.property(times, (all) => {
        const curves = new Curves();
        const one = series('one');
        for (const time of all) curves.add(one, target(time));
        const bins = curves.course(1);
        expect(bins.length).toBeLessThanOrEqual(160);
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
        for (const { time, width, count } of bins)
          expect(all.filter((each) => each >= time && each < time + width)).toHaveLength(count);
      }),
      { numRuns: 20 },
    );
  });
});
