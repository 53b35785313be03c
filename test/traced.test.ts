import { tracingChannel } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { traced, type WorkDone } from '../src/traced.ts';

const facts = { pipeline: 'p', partition: 3 };

test('gives back what the work does, and tells how long it took', async () => {
  const done: WorkDone[] = [];
  const result = await traced(
    'commit',
    facts,
    async () => 7,
    (one) => done.push(one),
  );
  expect(result).toBe(7);
  expect(done).toMatchObject([{ work: 'commit', isFailed: false }]);
  expect(done[0]!.seconds).toBeGreaterThanOrEqual(0);
});

test('passes on an error, and tells that it has failed', async () => {
  const done: WorkDone[] = [];
  const error = new Error('disk full');
  const failing = traced('commit', facts, () => Promise.reject(error), (one) => done.push(one)); // prettier-ignore
  await expect(failing).rejects.toBe(error);
  expect(done).toMatchObject([{ work: 'commit', isFailed: true }]);
});

test('whoever listens to the channel hears of its beginning, its end and its error, with the same facts', async () => {
  const heard: unknown[] = [];
  const seen = new Set<object>();
  const note = (name: string) => (context: object) => {
    seen.add(context);
    heard.push([name, { ...context }]);
  };
  const listener = {
    start: note('start'),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  const channel = tracingChannel('foretide:sink-write');
  channel.subscribe(listener);
  try {
    await traced('sink-write', facts, async () => 7, undefined);
    const error = new Error('away');
    await traced('sink-write', facts, () => Promise.reject(error), undefined).catch(() => undefined);
    await traced('commit', facts, async () => 8, undefined);
    expect(heard).toEqual([
      ['start', facts],
      ['asyncEnd', { ...facts, result: 7 }],
      ['start', facts],
      ['error', { ...facts, error }],
      ['asyncEnd', { ...facts, error }],
    ]);
    expect(seen.size).toBe(2);
  } finally {
    channel.unsubscribe(listener);
  }
});
