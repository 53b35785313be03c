import { expect, test } from 'vitest';
import { featureCount, stepsOfDay, writeFeatures } from '../../src/forecast/features.ts';
import { PAST, Past } from '../../src/forecast/past.ts';
import { Memory } from '../../src/memory/memory.ts';

test('a day is known in steps where it divides into what is kept', () => {
  expect([3_600_000, 300_000, 60_000, 86_400_000, 0].map((step) => stepsOfDay(step, PAST))).toEqual([
    24, 288, 0, 0, 0,
  ]);
});

test('features: h, differences, the day before, level, time of day, 1', () => {
  const memory = new Memory();
  const past = new Past(memory, 1);
  const row = memory.row('a');
  for (let k = 1; k <= 60; k++) past.push(row, 0, k, k === 1 ? 0 : 1, k * k);
  const d = featureCount(2);
  const out = new Float32Array(d + 2).fill(99);
  writeFeatures(out, 1, {
    hidden: Float32Array.from([7, 0.5, -0.5]),
    hiddenAt: 1,
    width: 2,
    past,
    row,
    channel: 0,
    index: 60,
    time: 6 * 3_600_000,
    value: 3600,
    mean: 3000,
    unit: 100,
    day: 24,
  });
  expect([out[0], out[d + 1]]).toEqual([99, 99]);
  const features = [...out.subarray(1, d + 1)];
  expect(features.slice(0, 2)).toEqual([0.5, -0.5]);
  expect(features[2]).toBeCloseTo((60 ** 2 - 59 ** 2) / 100, 6);
  expect(features[13]).toBeCloseTo((49 ** 2 - 48 ** 2) / 100, 6);
  expect(features[14]).toBe(-10); // (36² − 60²) / 100 is below the cut
  expect(features[20]).toBeCloseTo(6, 6);
  expect(features.slice(21).map((v) => Math.round(v * 1e6) / 1e6 + 0)).toEqual([1, 0, 0, -1, 1]);
});

test('what is not known of the past is 0, and nothing is infinite', () => {
  const memory = new Memory();
  const past = new Past(memory, 1);
  const row = memory.row('a');
  past.push(row, 0, 1, 0, 1e150);
  const out = new Float32Array(featureCount(0));
  writeFeatures(out, 0, {
    hidden: new Float32Array(0),
    hiddenAt: 0,
    width: 0,
    past,
    row,
    channel: 0,
    index: 1,
    time: 0,
    value: 1e150,
    mean: 1e150,
    unit: 1e-300,
    day: 24,
  });
  expect([...out.subarray(0, 19)].every((v) => v === 0)).toBe(true);
});
