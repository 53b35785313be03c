import { expect, test } from 'vitest';
import { failureAround, FailureWatch } from '../../../src/evaluate/alerts/lead.ts';

const one = { from: 0, at: 10, to: 20 };
const two = { from: 15, at: 40, to: 45 };

test('an alert belongs to the failure in whose window it lies, ends included; of several to the nearest', () => {
  const at = (time: number) => failureAround([one, two], time);
  expect([-1, 0, 10, 14, 15, 20, 26, 45, 46].map(at)).toEqual([
    undefined,
    one,
    one,
    one,
    one,
    one,
    two,
    two,
    undefined,
  ]);
  expect(failureAround([{ ...one, to: 30 }, two], 26)).toBe(two);
});

test('failures between the first reading and the last are told of: the first alert of each, and how many', () => {
  const watch = new FailureWatch([one, two, { from: 50, at: 60, to: 70 }, { from: 80, at: 101, to: 110 }]);
  expect(watch.outcomes()).toEqual([]);
  watch.see(100);
  watch.see(10);
  for (const time of [12, 14, 46]) watch.fire(time);
  expect(watch.outcomes().map(({ first, alerts }) => [first, alerts])).toEqual([
    [12, 2],
    [null, 0],
    [null, 0],
  ]);
});
