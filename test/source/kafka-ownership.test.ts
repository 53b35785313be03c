import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type Held, KafkaOwnership, type KafkaOwnershipParts } from '../../src/source/kafka-ownership.ts';
import type { Watermarks } from '../../src/source/kafka-offsets.ts';
import { silentLog } from '../../src/log.ts';

let said: string[];
let failures: unknown[];
let positions: Map<number, number>;
let kept: Map<number, Watermarks>;
/** Awaited by every `open`. */
let opening: Promise<void>;
let watermarks: () => Promise<ReadonlyMap<number, Watermarks>>;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  failures = [];
  positions = new Map();
  kept = new Map([0, 1, 2].map((partition) => [partition, { low: 0, high: 100 }]));
  opening = Promise.resolve();
  watermarks = async () => kept;
});
afterEach(() => {
  vi.useRealTimers();
});

function ownership(more: Partial<KafkaOwnershipParts> = {}): KafkaOwnership {
  return new KafkaOwnership({
    ...more,
    topic: 't',
    handler: {
      async open(partition) {
        said.push(`open ${partition}`);
        await opening;
        return positions.get(partition) ?? null;
      },
      async lose(partition) {
        said.push(`lose ${partition}`);
      },
    },
    steering: {
      pause: (partitions) => said.push(`pause ${partitions.join(' ')}`),
      seek: (partition, offset) => said.push(`seek ${partition} ${offset}`),
      resume: (partition) => said.push(`resume ${partition}`),
    },
    watermarks: () => watermarks(),
    fail: (error) => failures.push(error),
    log: silentLog,
  });
}

async function opened(partition = 0): Promise<[KafkaOwnership, Held]> {
  const own = ownership();
  own.assign([partition]);
  await own.idle();
  said = [];
  return [own, own.get(partition)!];
}

test('pauses, opens, seeks to the position that was given, resumes', async () => {
  positions.set(1, 42);
  kept.set(0, { low: 7, high: 9 });
  const own = ownership();
  own.assign([0, 1]);
  expect(said).toEqual(['pause 0 1']);
  await own.idle();

  expect(said).toEqual(['pause 0 1', 'open 0', 'open 1', 'seek 0 7', 'resume 0', 'seek 1 42', 'resume 1']);
  expect(own.get(1)).toMatchObject({ partition: 1, next: 42 });
  expect(own.get(2)).toBeUndefined();
});

test('begins where it is told to where nothing was committed; that this was deleted is an error then', async () => {
  positions.set(1, 42);
  kept.set(2, { low: 30, high: 100 });
  const begins = new Map([
    [0, 7],
    [1, 7],
    [2, 7],
  ]);
  const own = ownership({ begin: (partition) => begins.get(partition) });
  own.assign([0, 1]);
  await own.idle();
  expect(said.filter((line) => line.startsWith('seek'))).toEqual(['seek 0 7', 'seek 1 42']);
  own.assign([2]);
  await own.idle();
  expect(failures).toEqual([expect.objectContaining({ code: 'KAFKA_GAP' })]);
});

test('a partition that has nothing to fetch stays paused', async () => {
  const told: string[] = [];
  positions.set(1, 42);
  const own = ownership({
    opened(partition, next) {
      told.push(`${partition} ${next}`);
      return partition !== 1;
    },
  });
  own.assign([0, 1]);
  await own.idle();
  expect(told).toEqual(['0 0', '1 42']);
  expect(said).toEqual(['pause 0 1', 'open 0', 'open 1', 'seek 0 0', 'resume 0']);
});

test('a new membership loses everything first, when the handler is idle, and opens what it has now', async () => {
  const own = ownership();
  own.assign([0, 1]);
  await own.idle();
  const work = Promise.withResolvers<void>();
  own.get(1)!.busy = work.promise;
  said = [];

  own.assign([1, 2]);
  expect(own.get(1)).toBeUndefined();
  await vi.advanceTimersByTimeAsync(10);
  expect(said).toEqual(['pause 1 2', 'lose 0']);
  work.resolve();
  await own.idle();
  expect(said.slice(2)).toEqual([
    'lose 1',
    'open 1',
    'open 2',
    'seek 1 0',
    'resume 1',
    'seek 2 0',
    'resume 2',
  ]);
});

test('with isKept what is ours before and after goes on where it is, once the handler is idle', async () => {
  const own = ownership({ isKept: true });
  own.assign([0, 1]);
  await own.idle();
  const held = own.get(0)!;
  held.next = 17;
  const busy = Promise.withResolvers<void>();
  held.busy = busy.promise;
  said = [];
  own.suspend();
  expect([own.get(0), said]).toEqual([undefined, []]);

  own.assign([0, 2]);
  await vi.advanceTimersByTimeAsync(1);
  expect(said).toEqual(['pause 0 2']);
  held.next = 18;
  busy.resolve();
  await own.idle();
  expect(said).toEqual(['pause 0 2', 'seek 0 18', 'resume 0', 'lose 1', 'open 2', 'seek 2 0', 'resume 2']);
  expect(own.get(0)).toBe(held);
});

test('with isKept what was lost or given away in between is opened anew', async () => {
  const own = ownership({ isKept: true });
  own.assign([0, 1]);
  await own.idle();
  await own.drop(0);
  own.suspend();
  own.assign([]);
  own.assign([0, 1]);
  said = [];
  await own.idle();
  expect(said).toEqual(['seek 1 0', 'resume 1', 'open 0', 'seek 0 0', 'resume 0']);
});

test('opens 8 at a time, none more once the membership has ended', async () => {
  const gate = Promise.withResolvers<void>();
  opening = gate.promise;
  const own = ownership();
  own.assign(Array.from({ length: 20 }, (_, i) => i));
  await vi.advanceTimersByTimeAsync(10);
  expect(said.slice(1)).toEqual(Array.from({ length: 8 }, (_, i) => `open ${i}`));
  own.assign([]);
  said = [];
  gate.resolve();
  await own.idle();
  expect(said).toEqual(Array.from({ length: 8 }, (_, i) => `lose ${i}`));
});

test('a membership that ends while it opens is not sought or resumed; the next begins anew', async () => {
  const gate = Promise.withResolvers<void>();
  opening = gate.promise;
  const own = ownership();
  own.assign([0, 1]);
  await vi.advanceTimersByTimeAsync(10);
  own.assign([0]);
  gate.resolve();
  await own.idle();

  expect(said).toEqual([
    'pause 0 1',
    'open 0',
    'open 1',
    'pause 0',
    'lose 0',
    'lose 1',
    'open 0',
    'seek 0 0',
    'resume 0',
  ]);
});

test('a partition that was lost in between is opened again, once', async () => {
  const [own, held] = await opened();
  await own.lose(held);
  await own.lose(held);
  expect(said).toEqual(['lose 0']);
  own.reopen();
  own.reopen();
  await own.idle();
  own.reopen();

  expect(said).toEqual(['lose 0', 'pause 0', 'open 0', 'seek 0 0', 'resume 0']);
  expect(own.isCurrent(held)).toBe(false);
  expect(own.get(0)).not.toBe(held);
});

test('after the end nothing is opened or lost, but positions may still be told', async () => {
  const [own, held] = await opened();
  own.end();
  own.assign([1]);
  own.reopen();
  await own.idle();

  expect(said).toEqual([]);
  expect(own.isCurrent(held)).toBe(false);
  expect(own.mayTell(0)).toBe(true);
  expect(own.mayTell(1)).toBe(false);
});

test("the handler's errors end the run", async () => {
  opening = Promise.reject(new Error('no state'));
  opening.catch(() => undefined);
  const own = ownership();
  own.assign([0]);
  await own.idle();

  expect(failures).toEqual([new Error('no state')]);
});

test('a batch that was fetched from where we are is in place, holes before its first record or not', async () => {
  const [own, held] = await opened();
  held.next = 10;

  expect(await own.isInPlace(held, 10)).toBe(true);
  expect(said).toEqual([]);
});

test('a batch from elsewhere is dropped, and the partition sought to where it goes on', async () => {
  const [own, held] = await opened();
  held.next = 10;

  expect(await own.isInPlace(held, 50)).toBe(false);
  expect(await own.isInPlace(held, 3)).toBe(false);
  expect(said).toEqual(['seek 0 10', 'seek 0 10']);
  expect(await own.isInPlace(held, 10)).toBe(true);
});

test('what lies behind a hole that fills a whole fetch is in place after one seek', async () => {
  const [own, held] = await opened();
  held.next = 10;

  expect(await own.isInPlace(held, 12)).toBe(false);
  expect(await own.isInPlace(held, 12)).toBe(true);
  expect(failures).toEqual([]);
});

test('deleted records are a gap: at once when it opens, later when kafkajs has silently reset itself', async () => {
  positions.set(0, 5);
  kept.set(0, { low: 6, high: 100 });
  const own = ownership();
  own.assign([0]);
  await own.idle();
  expect(failures).toEqual([expect.objectContaining({ code: 'KAFKA_GAP' })]);
  expect(said).toEqual(['pause 0', 'open 0']);

  kept.set(1, { low: 0, high: 100 });
  const [other, held] = await opened(1);
  await other.isInPlace(held, 0);
  held.next = 20;
  kept.set(1, { low: 30, high: 100 });
  await expect(other.isInPlace(held, 30)).rejects.toMatchObject({
    code: 'KAFKA_GAP',
    facts: { where: 't/1@20' },
  });
});

test('the beginning moves on while nothing was handed over', async () => {
  const [own, held] = await opened();
  kept.set(0, { low: 30, high: 100 });
  expect(await own.isInPlace(held, 30)).toBe(false);
  expect(said).toEqual(['seek 0 30']);
  expect(await own.isInPlace(held, 30)).toBe(true);

  held.next = 40;
  kept.set(0, { low: 50, high: 100 });
  await expect(own.isInPlace(held, 50)).rejects.toMatchObject({ code: 'KAFKA_GAP' });
});

test('a position beyond the end is asked for three times: a new leader may lag', async () => {
  positions.set(0, 120);
  let asked = 0;
  watermarks = async () => {
    asked += 1;
    return new Map([[0, { low: 0, high: asked < 3 ? 110 : 120 }]]);
  };
  const own = ownership();
  own.assign([0]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(failures).toEqual([]);
  expect(said.at(-1)).toBe('resume 0');

  asked = -10;
  own.assign([0]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(failures).toEqual([expect.objectContaining({ code: 'KAFKA_GAP', canRetry: true })]);
});

test('asks Kafka what it keeps until it answers', async () => {
  let asked = 0;
  watermarks = async () => {
    asked += 1;
    if (asked < 4) throw new Error('not now');
    return kept;
  };
  const own = ownership();
  own.assign([0]);
  await vi.advanceTimersByTimeAsync(3000);

  expect(said).toEqual(['pause 0', 'open 0', 'seek 0 0', 'resume 0']);
});

test('tells which partitions have nothing more', async () => {
  positions.set(0, 100);
  positions.set(1, 99);
  const own = ownership();
  own.assign([0, 1, 2]);
  await own.idle();
  expect(own.exhausted(kept)).toEqual(new Map([[0, 100]]));
  kept.delete(0);
  expect(own.exhausted(kept)).toEqual(new Map());
  own.suspend();
  expect(own.exhausted(new Map([[1, { low: 0, high: 99 }]]))).toEqual(new Map());
});

test('does not seek for ever', async () => {
  const [own, held] = await opened();
  held.next = 10;
  for (let n = 0; n < 10; n += 1) expect(await own.isInPlace(held, 3)).toBe(false);

  await expect(own.isInPlace(held, 3)).rejects.toMatchObject({ code: 'KAFKA_CRASHED' });
});
