import { expect, test } from 'vitest';
import { judged, probationOf, scaledSigmoid } from './windows.ts';

/** 100 rows, a minute apart; windows by their first and last row. */
const file = (...windows: readonly (readonly [number, number])[]) => ({
  name: 'some/file.csv',
  time: Float64Array.from({ length: 100 }, (_, row) => row * 60_000),
  score: Float64Array.from({ length: 100 }, (_, row) => row),
  windows: windows.map(([from, to]) => ({ from: from * 60_000, to: to * 60_000 })),
});

test('the first 15 % of the rows are the probation, and never more than 750', () => {
  expect([0, 1, 100, 103, 5000, 22_695].map(probationOf)).toEqual([0, 0, 15, 15, 750, 750]);
  const rows = judged(file());
  expect([rows.length, rows[0]!.score]).toEqual([85, 15]);
});

test('the scaled sigmoid falls from nearly 1 by 0 to −1', () => {
  // 2σ(−5y) − 1 by hand: e^-5 = 0.006737947
  expect(scaledSigmoid(-1)).toBeCloseTo(0.986614298, 9);
  expect(scaledSigmoid(0)).toBe(0);
  expect(scaledSigmoid(1)).toBeCloseTo(-0.986614298, 9);
  expect(scaledSigmoid(3)).toBeCloseTo(-0.999999388, 9);
  expect(scaledSigmoid(3)).toBeGreaterThan(-1);
  expect(scaledSigmoid(3.001)).toBe(-1);
});

// Seen to fail with rows − 1 as the width within, and with rows as the width after.
test('a row within a window gains by how early it is, one after it costs by how far off it is', () => {
  const rows = new Map(judged(file([40, 49], [70, 79])).map((row) => [row.score, row]));
  const at = (row: number) => [rows.get(row)!.window, rows.get(row)!.gain];
  const first = scaledSigmoid(-1);
  expect(at(39)).toEqual([-1, -1]); // no window before it
  expect(at(40)).toEqual([0, 1]);
  expect(at(44)).toEqual([0, scaledSigmoid(-0.6) / first]);
  expect(at(49)).toEqual([0, scaledSigmoid(-0.1) / first]);
  expect(at(50)).toEqual([-1, scaledSigmoid(1 / 9)]);
  expect(at(69)).toEqual([-1, scaledSigmoid(20 / 9)]); // just before the second: only windows before it count
  expect(at(70)).toEqual([1, 1]);
  expect(at(99)).toEqual([-1, scaledSigmoid(20 / 9)]);
});

test('a row far beyond a window costs as much as any can', () => {
  const rows = judged(file([20, 29]));
  expect(rows[49 + 7 - 15]!.gain).toBe(scaledSigmoid(27 / 9));
  expect(rows[49 + 8 - 15]!.gain).toBe(-1);
});

test('of a window that begins in the probation the rest is judged', () => {
  const rows = judged(file([10, 19]));
  expect(rows.slice(0, 6).map(({ window }) => window)).toEqual([0, 0, 0, 0, 0, -1]);
  expect(rows[0]!.gain).toBe(scaledSigmoid(-0.5) / scaledSigmoid(-1));
});

test('a window is from the first row with its time to the first with its end: files repeat times', () => {
  const repeated = {
    ...file(),
    time: Float64Array.from({ length: 100 }, (_, row) => Math.floor(row / 2) * 60_000),
  };
  const rows = judged({ ...repeated, windows: [{ from: 20 * 60_000, to: 24 * 60_000 }] });
  expect(rows.flatMap(({ window, score }) => (window === 0 ? [score] : []))).toEqual([
    40, 41, 42, 43, 44, 45, 46, 47, 48,
  ]);
});

test('a window of one row, and one at times that the file does not have', () => {
  const rows = judged(file([40, 40]));
  expect([rows[25]!.gain, rows[26]!.gain]).toEqual([1, -1]);
  expect(() => judged(file([90, 100]))).toThrow(
    'some/file.csv: expected rows at 1970-01-01T01:30:00.000Z and, after it, 1970-01-01T01:40:00.000Z, where a window begins and ends',
  );
});
