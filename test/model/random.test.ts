import { expect, test } from 'vitest';
import { seededRandom } from '../../src/model/random.ts';

/** mulberry32 in BigInt, where nothing overflows by itself. */
function reference(seed: number, count: number): number[] {
  const u32 = (n: bigint): bigint => BigInt.asUintN(32, n);
  let state = BigInt(seed);
  return Array.from({ length: count }, () => {
    state = u32(state + 0x6d2b79f5n);
    let t = u32((state ^ (state >> 15n)) * (state | 1n));
    t = u32(t ^ (t + u32((t ^ (t >> 7n)) * (t | 61n))));
    return Number(t ^ (t >> 14n)) / 2 ** 32;
  });
}

test.each([0, 1, 42, 2 ** 31, 2 ** 32 - 1])('seed %d gives the numbers of mulberry32', (seed) => {
  const random = seededRandom(seed);
  expect(Array.from({ length: 1000 }, random)).toEqual(reference(seed, 1000));
});

test('the first numbers are pinned: seeded weights, and with them the state of every run, hang on them', () => {
  const random = seededRandom(1);
  const first = [random(), random(), random()];
  expect(first).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
});

test('numbers lie in [0, 1) and are spread evenly', () => {
  const random = seededRandom(7);
  const tenths = new Uint32Array(10);
  let outside = 0;
  for (let i = 0; i < 100_000; i++) {
    const number = random();
    if (number < 0 || number >= 1) outside++;
    tenths[Math.floor(number * 10)]!++;
  }
  expect(outside).toBe(0);
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test('two streams do not disturb each other', () => {
  const [one, other] = [seededRandom(5), seededRandom(5)];
  const first = [one(), one()];
  expect([other(), other()]).toEqual(first);
});
