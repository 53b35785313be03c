import { expect, test } from 'vitest';
import { shuffle } from '../../src/learn/shuffle.ts';
import { seededRandom } from '../../src/model/random.ts';

test('the same numbers in another order, the same for the same seed', () => {
  const numbers = Int32Array.from({ length: 100 }, (_, i) => i);
  const once = shuffle(numbers.slice(), seededRandom(1));
  expect(once).not.toEqual(numbers);
  expect(once.toSorted()).toEqual(numbers);
  expect(shuffle(numbers.slice(), seededRandom(1))).toEqual(once);
  expect(shuffle(numbers.slice(), seededRandom(2))).not.toEqual(once);
});
