import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KafkaWatch } from '../../src/source/kafka-watch.ts';

let isBusy: boolean;
let failures: unknown[];
let watch: KafkaWatch;

beforeEach(() => {
  vi.useFakeTimers();
  isBusy = false;
  failures = [];
  watch = new KafkaWatch({
    where: 'topic t, group g',
    silence: 60_000,
    isBusy: () => isBusy,
    fail: (error) => failures.push(error),
  });
  watch.start();
});
afterEach(() => {
  watch.end();
  vi.useRealTimers();
});

test('a client that is silent for long is told of, once', () => {
  vi.advanceTimersByTime(55_000);
  expect(failures).toEqual([]);
  vi.advanceTimersByTime(300_000);
  expect(failures).toEqual([expect.objectContaining({ code: 'KAFKA_STALLED', canRetry: true })]);
});

test('signs of life, and a handler that works, keep it alive', () => {
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(50_000);
    watch.sign();
  }
  isBusy = true;
  vi.advanceTimersByTime(600_000);
  isBusy = false;
  vi.advanceTimersByTime(50_000);
  expect(failures).toEqual([]);
  vi.advanceTimersByTime(20_000);
  expect(failures).toHaveLength(1);
});

test('nothing is told after the end', () => {
  watch.end();
  vi.advanceTimersByTime(600_000);
  expect(failures).toEqual([]);
});

test('while the group shares out anew only a membership is a sign of life', () => {
  watch.rebalancing();
  for (let i = 0; i < 7; i++) {
    vi.advanceTimersByTime(10_000);
    watch.sign();
  }
  expect(failures).toEqual([expect.objectContaining({ code: 'KAFKA_STALLED' })]);
});

test('a membership ends the waiting for one', () => {
  watch.rebalancing();
  vi.advanceTimersByTime(50_000);
  watch.joined();
  for (let i = 0; i < 20; i++) {
    vi.advanceTimersByTime(10_000);
    watch.sign();
  }
  expect(failures).toEqual([]);
});
