import { expect, test } from 'vitest';
import { ReplayClock } from '../../src/run/replay-clock.ts';
import { ReplayGate } from '../../src/run/replay-gate.ts';
import type { SourceHandler, SourceRecord } from '../../src/source/source.ts';

/** A gate at the speed of life: of each partition the first record passes, and the others in hours. */
function gateOf(isMerged = false) {
  const came: string[] = [];
  const handler: SourceHandler = {
    open: async () => 7,
    lose: async (partition) => void came.push(`lose ${partition}`),
    doubt: (partition) => void came.push(`doubt ${partition}`),
    drain: async () => void came.push('drain'),
    end: async (partition) => void came.push(`end ${partition}`),
    handle: async ({ partition, records, next }) =>
      void came.push(`${partition}: ${records.map(({ offset }) => offset).join()}→${next}`),
    onCommitted: (listener) => listener(1, 2),
    onBroken: (listener) => listener(1, 'why'),
  };
  const stop = new AbortController();
  const gate = new ReplayGate({
    handler,
    clock: new ReplayClock(1),
    timeOf: ({ offset }: SourceRecord) => offset * 3_600_000,
    isMerged,
    stop: stop.signal,
  });
  const hand = (partition: number, ...offsets: number[]): Promise<void> => {
    const records = offsets.map((offset) => ({ offset, key: null, value: null }));
    return gate.handle({ partition, records, next: offsets.at(-1)! + 3 });
  };
  const settled = async (): Promise<string[]> => {
    for (let n = 0; n < 20; n++) await Promise.resolve();
    return came;
  };
  return { gate, stop, hand, came, settled };
}

test('a part of a batch ends behind its last record, the last part where the batch ends', async () => {
  const { gate, hand, settled } = gateOf();
  expect(await gate.open(0)).toBe(7);
  const handed = hand(0, 1, 2, 4);
  expect(await settled()).toEqual(['0: 1→2']);
  gate.step(2);
  await handed;
  expect(await settled()).toEqual(['0: 1→2', '0: 2→3', '0: 4→7']);
});

test.each(['doubt', 'lose'] as const)(
  'a partition in %s lets go of what waits; what still comes of it is dropped until it is opened again',
  async (what) => {
    const { gate, hand, came, settled } = gateOf();
    await gate.open(0);
    await gate.open(1);
    const handed = hand(0, 1, 2);
    await settled();
    await gate[what](0);
    await handed;
    await hand(0, 3);
    expect(came).toEqual(['0: 1→2', `${what} 0`]);
    await gate.open(0);
    await hand(0, 1);
    expect(came.at(-1)).toBe('0: 1→4');
  },
);

test('a stop lets everything go, and nothing passes any more', async () => {
  const { stop, gate, hand, came, settled } = gateOf(true);
  await gate.open(0);
  const handed = hand(0, 1, 2);
  await settled();
  stop.abort();
  await handed;
  await hand(0, 1);
  expect(came).toEqual(['0: 1→2']);
});

test('merged, nothing passes before it is known what comes next of all that have not ended', async () => {
  const { gate, hand, settled } = gateOf(true);
  await gate.open(0);
  await gate.open(1);
  await gate.open(2);
  const handed = hand(0, 5);
  expect(await settled()).toEqual([]);
  const earlier = hand(1, 4);
  expect(await settled()).toEqual([]);
  await gate.end(2);
  await earlier;
  expect(await settled()).toEqual(['end 2', '1: 4→7']);
  await gate.end(1);
  gate.step(1);
  await handed;
  expect(gate.position).toBe(5 * 3_600_000);
});

test('of a topic each partition waits for the clock alone', async () => {
  const { gate, hand, settled } = gateOf();
  await gate.open(0);
  await gate.open(1);
  void hand(0, 5);
  expect(await settled()).toEqual(['0: 5→8']);
});

// Seen to fail where every record's time is asked for.
test('of a topic without a limit of speed whole batches pass, and only the times of their ends are asked for', async () => {
  const asked: number[] = [];
  const came: number[] = [];
  const gate = new ReplayGate({
    handler: {
      open: async () => null,
      lose: async () => undefined,
      handle: async ({ records }) => void came.push(records.length),
    },
    clock: new ReplayClock(Infinity),
    timeOf: ({ offset }) => (asked.push(offset), offset * 1000),
    isMerged: false,
    stop: new AbortController().signal,
  });
  await gate.open(0);
  await gate.handle({
    partition: 0,
    records: Array.from({ length: 50 }, (_, offset) => ({ offset, key: null, value: null })),
    next: 50,
  });
  expect([came, new Set(asked), gate.position]).toEqual([[50], new Set([0, 49]), 49_000]);
});

test('all else passes as it is', async () => {
  const { gate, came } = gateOf();
  await gate.drain();
  const told: unknown[] = [];
  gate.onCommitted((...facts) => void told.push(facts));
  gate.onBroken((...facts) => void told.push(facts));
  expect([came, told]).toEqual([
    ['drain'],
    [
      [1, 2],
      [1, 'why'],
    ],
  ]);
});

test('a batch of which nothing is left moves the position at once', async () => {
  const { gate, came } = gateOf();
  await gate.open(0);
  await gate.handle({ partition: 0, records: [], next: 9 });
  expect(came).toEqual(['0: →9']);
});
