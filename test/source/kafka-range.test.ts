import type { Admin } from 'kafkajs';
import { expect, test } from 'vitest';
import { rangeOf } from '../../src/source/kafka-range.ts';

const asked: number[] = [];
/** A topic of two partitions that keeps [5, 20) and [0, 7). */
const admin = {
  fetchTopicOffsets: async () => [
    { partition: 0, low: '5', high: '20', offset: '20' },
    { partition: 1, low: '0', high: '7', offset: '7' },
  ],
  fetchTopicOffsetsByTimestamp: async (_: string, timestamp: number) => {
    asked.push(timestamp);
    return [
      { partition: 0, offset: '12' },
      { partition: 1, offset: '7' },
    ];
  },
  // As much of kafkajs as is used.
} as unknown as Admin;
const of = (more: object) => rangeOf(admin, { topic: 't', ...more });
const pairs = (map: ReadonlyMap<number, number> | undefined) => map && [...map];

test('nothing said: no range', async () => {
  const { begins, ends } = await of({});
  expect([pairs(begins), ends]).toEqual([[], undefined]);
});

test('instants become offsets, asked for in whole ms and never before 1970', async () => {
  const { begins, ends } = await of({ from: -5, to: 1000.001 });
  expect(asked).toEqual([0, 1001]);
  expect(pairs(begins)).toEqual([
    [0, 12],
    [1, 7],
  ]);
  expect(pairs(ends)).toEqual(pairs(begins));
});

test('offsets are taken as they are: all that is kept, the end, and for `to` what is deleted already', async () => {
  const { begins, ends } = await of({ from: { 0: 5 }, to: { 0: 3, 1: 7 } });
  expect([pairs(begins), pairs(ends)]).toEqual([
    [[0, 5]],
    [
      [0, 3],
      [1, 7],
    ],
  ]);
  expect(pairs((await of({ from: { 0: 20, 1: 0 } })).begins)).toEqual([
    [0, 20],
    [1, 0],
  ]);
});

test.each([
  [
    { from: { 0: 4 } },
    'KAFKA_GAP',
    'The range begins before what the topic keeps: expected offsets from 5 to 20, got 4 (at input.from.0 (t/0))',
  ],
  [{ from: { 0: 21 } }, 'KAFKA_GAP', 'beyond the end of the topic'],
  [
    { to: { 0: 20, 1: 8 } },
    'KAFKA_GAP',
    'beyond the end of the topic: expected offsets from 0 to 7, got 8 (at input.to.1 (t/1))',
  ],
  [
    { from: { 2: 0 } },
    'SETTINGS_INVALID',
    'Topic t has no such partition: expected 0 to 1, got 2 (at input.from.2)',
  ],
  [
    { to: { 1: 3 } },
    'SETTINGS_INVALID',
    'expected an offset for each of the 2 partitions, got none for 0 (at input.to)',
  ],
])('%j is refused', async (more, code, message) => {
  await expect(of(more)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message) as unknown,
  });
});
