import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventStream } from '../../src/serve/events.ts';
import { Mailbox } from '../../src/serve/mailbox.ts';
import { demoStatus } from './demo.ts';
import { readings } from './points.ts';

const PACE = { every: 500, heartbeat: 15_000, retry: 1000 };
const ignore = (): void => undefined;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function text(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value } = await reader.read();
  return new TextDecoder().decode(value);
}

test('greets with how soon to come back, then tells what waits as named events', async () => {
  const mailbox = new Mailbox(100, ignore);
  const reader = eventStream(mailbox, PACE).getReader();
  expect(await text(reader)).toBe('retry: 1000\n\n');
  mailbox.put(demoStatus(1));
  mailbox.add(readings(['a', 1, 10]), [0]);
  expect(await text(reader)).toBe(
    `event: status\ndata: ${JSON.stringify(demoStatus(1))}\n\n` +
      'event: points\ndata: {"readings":{"time":[1],"value":[10]},"forecasts":[],' +
      '"anomalies":{"time":[],"value":[],"score":[],"expected":[],"lo":[],"hi":[]},' +
      '"events":{"time":[],"kind":[],"h":[],"value":[],"expected":[]}}\n\n',
  );
});

test('between two deliveries it rests, and puts together what comes meanwhile', async () => {
  const mailbox = new Mailbox(100, ignore);
  const reader = eventStream(mailbox, PACE).getReader();
  await text(reader);
  mailbox.add(readings(['a', 1, 1]), [0]);
  await text(reader);
  mailbox.add(readings(['a', 2, 2]), [0]);
  const next = text(reader);
  await vi.advanceTimersByTimeAsync(499);
  expect(mailbox.rows).toBe(1);
  mailbox.add(readings(['a', 3, 3]), [0]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await next).toContain('"time":[2,3]');
});

test('a long silence is broken by a comment', async () => {
  const mailbox = new Mailbox(100, ignore);
  const reader = eventStream(mailbox, PACE).getReader();
  await text(reader);
  const next = text(reader);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await next).toBe(': still here\n\n');
});

test('nothing is taken from the mailbox before the socket asks for it', async () => {
  const mailbox = new Mailbox(100, ignore);
  const reader = eventStream(mailbox, PACE).getReader();
  await text(reader);
  mailbox.add(readings(['a', 1, 1]), [0]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(mailbox.rows).toBe(1);
});

test('a page that goes away closes its mailbox; a mailbox that is closed ends the stream', async () => {
  const gone = new Mailbox(100, ignore);
  const cancelled = eventStream(gone, PACE).getReader();
  await text(cancelled);
  const pending = cancelled.read();
  await cancelled.cancel();
  expect(gone.closed).toBe(true);
  expect((await pending).done).toBe(true);

  const closed = new Mailbox(100, ignore);
  const reader = eventStream(closed, PACE).getReader();
  await text(reader);
  const last = reader.read();
  closed.close();
  expect((await last).done).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
