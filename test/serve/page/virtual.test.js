// @ts-check
import { expect, test } from 'vitest';
import { drawn, fetched, scrolledTo } from '../../../src/serve/page/virtual.js';

test('draws what is seen and a little more, never beyond the ends', () => {
  expect(drawn({ top: 0, height: 400, row: 40, length: 100_000 })).toEqual({ first: 0, last: 16 });
  expect(drawn({ top: 40_000, height: 400, row: 40, length: 100_000 })).toEqual({ first: 994, last: 1016 });
  expect(drawn({ top: 3_999_600, height: 400, row: 40, length: 100_000 })).toEqual({
    first: 99_984,
    last: 100_000,
  });
  expect(drawn({ top: 4000, height: 400, row: 40, length: 3 })).toEqual({ first: 3, last: 3 });
});

test('fetches more than is drawn, the same while little moves', () => {
  expect(fetched({ first: 0, last: 16 })).toEqual({ offset: 0, limit: 60 });
  expect(fetched({ first: 994, last: 1016 })).toEqual({ offset: 940, limit: 120 });
  expect(fetched({ first: 999, last: 1020 })).toEqual({ offset: 940, limit: 120 });
  for (let first = 0; first < 500; first += 7) {
    const { offset, limit } = fetched({ first, last: first + 30 });
    expect(offset).toBeLessThanOrEqual(first);
    expect(offset + limit).toBeGreaterThanOrEqual(first + 30);
  }
});

test('scrolls no farther than it has to', () => {
  const list = { top: 400, height: 400, row: 40 };
  expect(scrolledTo(list, 12)).toBe(400);
  expect(scrolledTo(list, 9)).toBe(360);
  expect(scrolledTo(list, 20)).toBe(440);
});
