import { expect, test } from 'vitest';
import { horizonTag } from '../../src/forecast/horizon-tag.ts';

test('a horizon as a tag has at least two digits', () => {
  expect([1, 6, 12, 99, 144, 512].map(horizonTag)).toEqual(['01', '06', '12', '99', '144', '512']);
});

test('up to 99 steps tags are in the order of the horizons', () => {
  const tags = Array.from({ length: 99 }, (_, i) => horizonTag(i + 1));
  expect(tags.toSorted()).toEqual(tags);
});
