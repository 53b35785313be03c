import { expect, test } from 'vitest';
import { seasonHint } from '../../src/init/season-hint.ts';
import { seededRandom } from '../../src/model/random.ts';

const HOUR = 3_600_000;
const random = seededRandom(7);
const course = (n: number, of: (i: number) => number) => ({
  time: Array.from({ length: n }, (_, i) => i * HOUR),
  value: Array.from({ length: n }, (_, i) => of(i)),
});

test('a day, also beneath a trend and noise', () => {
  const daily = course(500, (i) => 5 * Math.sin((i * Math.PI) / 12) + i / 10 + random());
  expect(seasonHint([daily], HOUR)?.value).toBe(24 * HOUR);
});

test('a period of its own', () => {
  expect(seasonHint([course(400, (i) => Math.sin((2 * i * Math.PI) / 17))], HOUR)?.value).toBe(17 * HOUR);
});

test.each([
  ['noise', course(500, () => random())],
  ['a trend', course(500, (i) => i)],
  ['nothing but one value', course(500, () => 3)],
  ['too little', course(30, (i) => Math.sin((i * Math.PI) / 12))],
])('%s has none', (_, one) => {
  expect(seasonHint([one], HOUR)).toBeUndefined();
});
