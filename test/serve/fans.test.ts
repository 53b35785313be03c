import { expect, test } from 'vitest';
import { Fans } from '../../src/serve/fans.ts';

test('the newest forecast of each horizon, those that are still to come', () => {
  const fans = new Fans();
  fans.put(0, '06', [60, 6, 5, 7]);
  fans.put(0, '01', [10, 1, 0, 2]);
  fans.put(0, '01', [20, 2, 1, 3]);
  fans.put(0, '01', [10, 9, 9, 9]); // is late
  fans.put(70, '01', [30, 3, 2, 4]);
  expect(fans.beyond(0, 10)).toEqual({ time: [20, 60], yhat: [2, 6], lo: [1, 5], hi: [3, 7] });
  expect(fans.beyond(0, 20).time).toEqual([60]);
  expect(fans.beyond(70, 0).yhat).toEqual([3]);
  expect(fans.beyond(5, 0).time).toEqual([]);
  expect(fans.beyond(5000, 0).time).toEqual([]);
});
