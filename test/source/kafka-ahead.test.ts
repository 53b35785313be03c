import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KafkaAhead } from '../../src/source/kafka-ahead.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'], now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** Of two partitions; what Kafka answers, and how often it was asked. */
function aheadOf(ends: Record<number, number>) {
  const kafka = { asked: 0, isAway: false, answer: Promise.resolve() };
  const held = [
    { partition: 0, next: 100 },
    { partition: 1, next: 40 },
  ];
  const watermarks = async () => {
    kafka.asked++;
    await kafka.answer;
    if (kafka.isAway) throw new Error('away');
    return new Map(Object.entries(ends).map(([name, high]) => [Number(name), { low: 0, high }]));
  };
  return { kafka, held, ahead: new KafkaAhead({ held: () => held, watermarks }) };
}

/** Records of partition 0 that lie ahead. */
function countOf0(ahead: KafkaAhead): number {
  const { next, end } = ahead.read().get(0)!;
  return end - next;
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

test('is from what was handed over to the end that a batch told of', () => {
  const { ahead, held } = aheadOf({});
  ahead.heard(0, 150);
  ahead.heard(1, 40);
  expect([...ahead.read()]).toEqual([
    [0, { next: 100, end: 150 }],
    [1, { next: 40, end: 40 }],
  ]);
  held[0]!.next = 160;
  expect(countOf0(ahead)).toBe(0);
});

test('while nothing is fetched Kafka is asked, one question at a time, and the next answer has it', async () => {
  const { ahead, kafka } = aheadOf({ 0: 5100, 1: 40 });
  ahead.heard(0, 150);
  ahead.heard(1, 40);
  vi.advanceTimersByTime(9_000);
  expect(countOf0(ahead)).toBe(50);
  expect(kafka.asked).toBe(0);
  vi.advanceTimersByTime(2_000);
  expect(countOf0(ahead)).toBe(50);
  expect(countOf0(ahead)).toBe(50);
  expect(kafka.asked).toBe(1);
  await soon();
  expect(countOf0(ahead)).toBe(5000);
  expect(kafka.asked).toBe(1);
});

test('a partition of which nothing was heard is left out until Kafka has said', async () => {
  const { ahead } = aheadOf({ 0: 101, 1: 42 });
  expect(ahead.read().size).toBe(0);
  await soon();
  expect([...ahead.read()]).toEqual([
    [0, { next: 100, end: 101 }],
    [1, { next: 40, end: 42 }],
  ]);
});

test('where Kafka is away what is known stays, and it is asked again', async () => {
  const { ahead, kafka } = aheadOf({ 0: 5100, 1: 40 });
  ahead.heard(0, 150);
  kafka.isAway = true;
  ahead.read();
  await soon();
  expect([...ahead.read()]).toEqual([[0, { next: 100, end: 150 }]]);
  expect(kafka.asked).toBe(2);
  kafka.isAway = false;
  await soon();
  ahead.read();
  await soon();
  expect(countOf0(ahead)).toBe(5000);
});

test('an end that is no offset is passed over', () => {
  const { ahead } = aheadOf({});
  ahead.heard(0, 150);
  for (const end of [NaN, Infinity, 2 ** 60]) ahead.heard(0, end);
  expect(countOf0(ahead)).toBe(50);
});
