import { expect, test } from 'vitest';
import { faster, slower, Speed, speedText } from '../src/speed.ts';

test.each([
  ['max', Infinity],
  ['60x', 60],
  ['0.5x', 0.5],
  ['1x', 1],
])('%s', (text, speed) => {
  expect(Speed.parse(text)).toBe(speed);
  expect(speedText(speed)).toBe(text);
});

test.each(['0x', '-1x', '3m', 'fast', ''])('%j is no speed', (text) => {
  expect(Speed.safeParse(text).success).toBe(false);
});

test('whatever a speed is, its text is read again', () => {
  for (const speed of [48_521.33, 0.001_234, 1e-4, 123_456_789]) {
    expect(Speed.parse(speedText(speed)) / speed).toBeCloseTo(1, 2);
  }
});

test('the next faster and slower ones, also from one that is not offered', () => {
  expect([faster(60), faster(61), faster(Infinity), faster(0.1)]).toEqual([600, 600, Infinity, 0.5]);
  expect([slower(60), slower(61), slower(Infinity), slower(0.1)]).toEqual([10, 60, 360_000, 0.1]);
});
