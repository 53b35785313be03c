import { expect, test } from 'vitest';
import { KafkaEnds } from '../../src/source/kafka-ends.ts';

/** Partition 0 from 10 to 30, partition 1 from what the topic keeps (5) to 25, partition 2 without a record. */
function ends(): KafkaEnds {
  const kept = new Map([0, 1, 2].map((partition) => [partition, { low: 5, high: 100 }]));
  const to = new Map([
    [0, 30],
    [1, 25],
    [2, 5],
  ]);
  return new KafkaEnds({ begins: new Map([[0, 10]]), ends: to, kept }, to);
}

test('all are reached when each is', () => {
  const range = ends();
  range.note(0, 30);
  range.note(1, 24);
  expect([range.has(0), range.has(1), range.has(2), range.all]).toEqual([true, false, false, false]);
  range.note(1, 25);
  expect(range.all).toBe(false); // partition 2 was not opened yet
  range.note(2, 5);
  expect(range.all).toBe(true);
});

test('a partition that is lost has to be opened again', () => {
  const range = ends();
  for (const [partition, next] of [
    [0, 30],
    [1, 25],
    [2, 5],
  ] as const)
    range.note(partition, next);
  range.forget(1);
  expect(range.all).toBe(false);
  range.note(1, 20);
  expect(range.has(1)).toBe(false);
});

test('the share of the offsets that lie behind', () => {
  const range = ends();
  expect(range.progress()).toBe(0);
  range.note(0, 20);
  expect(range.progress()).toBe(0.25);
  range.note(1, 25);
  expect(range.progress()).toBe(0.75);
  range.note(0, 99);
  expect(range.progress()).toBe(1);
});

test('of a range without an offset: nothing until it is known to be at its end', () => {
  const kept = new Map([[0, { low: 7, high: 7 }]]);
  const none = new KafkaEnds({ begins: new Map(), ends: new Map([[0, 7]]), kept }, new Map([[0, 7]]));
  expect(none.progress()).toBe(0);
  none.note(0, 7);
  expect(none.progress()).toBe(1);
});

test('a partition that came into being since is at its end', () => {
  const range = ends();
  range.note(9, 0);
  expect([range.of(9), range.has(9)]).toEqual([0, true]);
});
