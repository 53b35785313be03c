import { expect, test } from 'vitest';
import { writeInputs } from '../../src/cell/inputs.ts';

const HOUR = 3_600_000;

test('z of each channel of the row, then sin and cos of the time of day, and nothing beyond', () => {
  const out = new Float32Array(8).fill(9);
  writeInputs(out, 2, Float32Array.of(1, 2, 3, 4), 1, 2, 30 * HOUR);
  expect([...out].map((x) => x + 0)).toEqual([9, 9, 3, 4, 1, 0, 9, 9]);
});

test('the time of day is a circle: 18 o’clock lies opposite 6 o’clock, midnight is midnight again', () => {
  const at = (hour: number): number[] => {
    const out = new Float32Array(3);
    writeInputs(out, 0, Float32Array.of(0), 0, 1, hour * HOUR);
    return [...out.subarray(1)].map((x) => x + 0);
  };
  expect(at(18)).toEqual([-1, 0]);
  expect(at(0)).toEqual([0, 1]);
  expect(at(48)).toEqual(at(0));
});
