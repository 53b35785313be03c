import { describe, expect, test } from 'vitest';
import { QUANTILE, TAIL, trackQuantile, trackRarity } from '../../src/detect/rarity.ts';
import { seededRandom } from '../../src/model/random.ts';

const random = seededRandom(1);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const student = (): number => normal() / Math.hypot(normal(), normal(), normal()) / Math.sqrt(1 / 3);
function correlated(by: number, next: () => number): () => number {
  let x = 0;
  return () => (x = by * x + Math.sqrt(1 - by * by) * next());
}

/** A channel's two trackers, and the score of each size. */
function tracked() {
  const quantile = new Float64Array(QUANTILE);
  const tail = new Float64Array(TAIL);
  return (size: number): number => trackRarity(tail, 0, trackQuantile(quantile, 0, size));
}

describe('a score tells how rare a size is', () => {
  // of 400,000 sizes; seen to fail with ξ fixed at 0.1 or at 1, and with a quantile that does not move
  test.each([
    ['normal', normal, 1, 40],
    ["Student's", student, 10, 80],
    ['Laplace', () => Math.log(1 - random()) * Math.sign(random() - 0.5), 2, 40],
    ['lognormal', () => Math.exp(normal()), 5, 60],
    ['correlated', correlated(0.9, normal), 0, 40],
    ["correlated Student's", correlated(0.9, student), 10, 160],
  ] as const)('of %s sizes 1 in 100 has 1/6, about 1 in 10,000 has 1/3', (_, next, least, most) => {
    const score = tracked();
    let [hundredth, tail] = [0, 0];
    for (let i = 0; i < 400_000; i++) {
      const s = score(Math.abs(next()));
      if (i < 200) continue;
      if (s >= 1 / 6) hundredth++;
      if (s >= 1 / 3) tail++;
    }
    expect(Math.abs(hundredth - 4000)).toBeLessThan(200);
    expect(tail).toBeGreaterThanOrEqual(least);
    expect(tail).toBeLessThanOrEqual(most);
  });
});

test('scores rise with the size and lie in [0, 1], whatever comes', () => {
  const score = tracked();
  for (let i = 0; i < 3000; i++) score(Math.abs(normal()));
  const sizes = [0, 0.5, 1, 2, 2.5, 3, 5, 10, 100, 1e6, 1e300, Number.MAX_VALUE];
  const scores = sizes.map((size) => {
    const [quantile, tail] = [new Float64Array(QUANTILE), new Float64Array(TAIL)];
    const fresh = seededRandom(5);
    for (let i = 0; i < 3000; i++) trackRarity(tail, 0, trackQuantile(quantile, 0, fresh()));
    return trackRarity(tail, 0, trackQuantile(quantile, 0, size));
  });
  expect(scores).toEqual(scores.toSorted((a, b) => a - b));
  expect([scores[0], scores.at(-1)]).toEqual([0, 1]);
});

test('a scale that changes is found usual again, and one that is ten times as large at once is not for long', () => {
  const score = tracked();
  for (let i = 0; i < 5000; i++) score(Math.abs(normal()));
  const late = Array.from({ length: 3000 }, () => score(10 * Math.abs(normal())));
  expect(late.slice(0, 20).some((s) => s > 1 / 3)).toBe(true);
  expect(late.slice(1000).filter((s) => s >= 1 / 6).length).toBeLessThan(80);
});

test('where nothing ever moved nothing is rare, the first move included: there is no scale yet', () => {
  const score = tracked();
  for (let i = 0; i < 500; i++) expect(score(0)).toBe(0);
  expect(score(1)).toBe(0);
});
