import { expect, test } from 'vitest';
import type { Score } from '../../src/forecast/score.ts';
import { Memory } from '../../src/memory/memory.ts';
import { summarise } from '../../src/run/summary.ts';
import { scoreSlots } from './scores.ts';

/** A Memory in which these series have these sums: [series][channel][q]. */
function memoryOf(
  horizons: readonly number[],
  series: readonly (readonly (readonly Partial<Score>[])[])[],
): Memory {
  const memory = new Memory();
  const { begin, put } = scoreSlots(memory, series[0]?.length ?? 1, horizons);
  for (const [s, channels] of series.entries()) {
    channels.forEach((row, c) => row.forEach((score, q) => put(`s${s}`, c, q, score)));
  }
  begin();
  return memory;
}

const beats = (error: number, last: number): Partial<Score> => ({ error, last });
const nothing = { againstLast: null, againstSeason: null, coverage: null, liveCoverage: null };

test('a line for each horizon that is forecast, called as its points are', () => {
  expect(summarise([memoryOf([1, 24, 144], [])])).toEqual([
    { h: '01', ...nothing },
    { h: '24', ...nothing },
    { h: '144', ...nothing },
  ]);
});

test('nothing before the first reading, nor where nothing is scored', () => {
  const memory = new Memory();
  scoreSlots(memory, 1, [1, 3]);
  expect(summarise([memory])).toEqual([]);
  expect(summarise([new Memory()])).toEqual([]);
  expect(summarise([])).toEqual([]);
});

test('a partition that has had no reading yet does not hide the others', () => {
  const idle = new Memory();
  scoreSlots(idle, 1, [1, 3]);
  const lines = summarise([idle, memoryOf([1, 3], [[[beats(1, 2), beats(3, 1)]]])]);
  expect(lines.map(({ h, againstLast }) => [h, againstLast])).toEqual([
    ['01', expect.closeTo(0.5, 12)],
    ['03', expect.closeTo(3, 12)],
  ]);
});

test('the mean over series is geometric, so that series of any unit count alike', () => {
  const [line] = summarise([memoryOf([1], [[[beats(1e6, 2e6)]], [[beats(8e-3, 1e-3)]]])]);
  expect(line!.againstLast).toBeCloseTo(Math.sqrt((1 / 2) * 8), 12);
});

test('channels and partitions count as series of their own, each horizon for itself', () => {
  const one = memoryOf(
    [1, 2],
    [
      [
        [beats(1, 2), beats(3, 1)],
        [beats(1, 4), beats(3, 1)],
      ],
    ],
  );
  const other = memoryOf(
    [1, 2],
    [
      [
        [beats(1, 8), beats(3, 1)],
        [beats(1, 1), beats(3, 1)],
      ],
    ],
  );
  const lines = summarise([one, other]);
  expect(lines[0]!.againstLast).toBeCloseTo((1 / 2 / 4 / 8) ** 0.25, 12);
  expect(lines[1]!.againstLast).toBeCloseTo(3, 12);
});

test('against a season only what had one is compared', () => {
  const memory = memoryOf(
    [1],
    [[[{ error: 9, last: 10, seasonalError: 1, seasonal: 4 }]], [[{ error: 9, last: 10 }]]],
  );
  const [line] = summarise([memory]);
  expect(line!.againstSeason).toBeCloseTo(0.25, 12);
  expect(line!.againstLast).toBeCloseTo(0.9, 12);
});

test('a series that never moves, or is forecast without any error, spoils no mean', () => {
  const memory = memoryOf([1], [[[beats(0, 5)]], [[beats(5, 0)]], [[beats(1, 2)]]]);
  expect(summarise([memory])[0]!.againstLast).toBeCloseTo(0.5, 12);
});

test('coverage is the share of all targets that had a band', () => {
  const memory = memoryOf([1], [[[{ bands: 10, covered: 9 }]], [[{ bands: 90, covered: 78 }]], [[{}]]]);
  expect(summarise([memory])[0]!.coverage).toBeCloseTo(0.87, 12);
});

test('live coverage counts a series by its targets, up to a thousand', () => {
  const line = (...series: Partial<Score>[]) =>
    summarise([
      memoryOf(
        [1],
        series.map((score) => [[score]]),
      ),
    ])[0]!.liveCoverage;
  expect(line({ bands: 10, coverage: 1 }, { bands: 30, coverage: 0.5 })).toBeCloseTo(0.625, 6);
  expect(line({ bands: 1e6, coverage: 1 }, { bands: 1000, coverage: 0.5 })).toBeCloseTo(0.75, 6);
});
