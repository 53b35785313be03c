import { createRequire } from 'node:module';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { crc32c } from '../../src/source/crc32c.ts';
import { patchKafkajs } from '../../src/source/kafkajs-patch.ts';

// What the patch mends of timers: https://github.com/tulios/kafkajs/issues/1751, pull requests 1755 and 1768.

interface Queue {
  pending: unknown[];
  push(request: object): void;
  fulfillRequest(response: object): void;
  maybeThrottle(ms: number): void;
  checkPendingRequests(): void;
  destroy(): void;
}
interface QueueClass {
  new (options: object): Queue;
  prototype: { scheduleCheckPendingRequests(this: Queue): void };
}

const require = createRequire(import.meta.url);
const RequestQueue: QueueClass = require('kafkajs/src/network/requestQueue/index.js');
const originals = Object.getOwnPropertyDescriptors(RequestQueue.prototype);
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const newQueue = (): Queue =>
  new RequestQueue({ maxInFlightRequests: 1, requestTimeout: 1000, enforceRequestTimeout: false, logger });

/** Pushes a request that notes its number when it is sent. */
function push(queue: Queue, correlationId: number, sent: number[]): void {
  const entry = { correlationId, resolve() {}, reject() {} };
  queue.push({ entry, expectResponse: true, sendRequest: () => sent.push(correlationId) });
}

beforeEach(() => {
  vi.useFakeTimers();
  patchKafkajs();
});
afterEach(() => {
  vi.useRealTimers();
});

test('kafkajs still needs the patch: by itself it keeps a timer while nothing is pending', () => {
  Object.defineProperties(RequestQueue.prototype, originals);
  const queue = newQueue();
  queue.checkPendingRequests();
  vi.advanceTimersByTime(100);

  expect(vi.getTimerCount()).toBe(1);
});

test('there is no timer while nothing is pending', () => {
  const queue = newQueue();
  const sent: number[] = [];
  queue.checkPendingRequests();
  expect(vi.getTimerCount()).toBe(0);

  push(queue, 1, sent);
  expect(vi.getTimerCount()).toBe(0);

  queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
  expect(vi.getTimerCount()).toBe(0);
  expect(sent).toEqual([1]);
});

test('what waits for a free place is sent with the next response, and its timer ends', () => {
  const queue = newQueue();
  const sent: number[] = [];
  push(queue, 1, sent);
  push(queue, 2, sent);
  push(queue, 3, sent);
  expect(vi.getTimerCount()).toBe(1);
  expect(sent).toEqual([1]);

  queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
  expect(sent).toEqual([1, 2]);
  queue.fulfillRequest({ correlationId: 2, payload: null, size: 0 });
  expect(sent).toEqual([1, 2, 3]);
  vi.advanceTimersByTime(100);
  expect(vi.getTimerCount()).toBe(0);
});

test('what the broker holds back is sent when its time has come', () => {
  const queue = newQueue();
  const sent: number[] = [];
  queue.maybeThrottle(500);
  push(queue, 1, sent);
  vi.advanceTimersByTime(499);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(20);

  expect(sent).toEqual([1]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a queue that is given up has no timer', () => {
  const queue = newQueue();
  push(queue, 1, []);
  push(queue, 2, []);
  queue.destroy();

  expect(vi.getTimerCount()).toBe(0);
});

test('Node has nothing to warn of', async () => {
  vi.useRealTimers();
  const warnings: string[] = [];
  const listen = ({ name }: Error): number => warnings.push(name);
  process.on('warning', listen);
  const queue = newQueue();
  queue.checkPendingRequests();
  push(queue, 1, []);
  push(queue, 2, []);
  await new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
  queue.destroy();
  process.off('warning', listen);

  expect(warnings).not.toContain('TimeoutNegativeWarning');
});

test('record batches carry our sum, which is that of kafkajs', async () => {
  const ofKafkajs: (
    bytes: Uint8Array,
  ) => number = require('kafkajs/src/protocol/recordBatch/crc32C/crc32C.js');
  const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js') as {
    readonly RecordBatch: (parts: object) => Promise<{ readonly buffer: Buffer }>;
  };
  const { buffer } = await RecordBatch({ firstTimestamp: 1, maxTimestamp: 1, records: [] });
  const [sum, summed] = [buffer.readUInt32BE(17), buffer.subarray(21)];
  expect(require('kafkajs/src/protocol/recordBatch/crc32C/index.js')).toBe(crc32c);
  expect(sum).toBe(ofKafkajs(summed));
  expect(crc32c(summed)).toBe(sum);
});
