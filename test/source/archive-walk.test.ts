import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Archive, ArchivedReading } from '../../src/source/archive.ts';
import { MOST, walk } from '../../src/source/archive-walk.ts';

/** An archive in memory that remembers how it was asked. */
class Kept implements Archive {
  readonly name = 'kept';
  readonly partition = 0;
  readonly reads: number[] = [];
  asked = 0;
  readonly #times: readonly number[];

  /** @param times ms, ascending */
  constructor(times: readonly number[]) {
    this.#times = times;
  }

  async extent() {
    return { first: this.#times[0]!, last: this.#times.at(-1)! };
  }
  async count(from: number, to: number): Promise<number> {
    this.asked += 1;
    return this.#within(from, to).length;
  }
  async first(from: number, to: number): Promise<number | undefined> {
    this.asked += 1;
    return this.#within(from, to)[0];
  }
  async read(from: number, to: number): Promise<readonly ArchivedReading[]> {
    const found = this.#within(from, to);
    this.reads.push(found.length);
    return found.map((time, value) => ({ series: 's', time, value }));
  }

  #within(from: number, to: number): readonly number[] {
    return this.#times.slice(this.#at(from), this.#at(to));
  }

  /** Index of the first time that is not before this one. */
  #at(time: number): number {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

async function walked(archive: Kept, skip = 0): Promise<number[]> {
  const times: number[] = [];
  for await (const readings of walk(archive, await archive.extent(), skip))
    for (const { time } of readings) times.push(time);
  return times;
}

test('every reading once and in order, whatever the times, from any position', async () => {
  const step = fc.oneof(
    fc.constant(0),
    fc.constant(0.001),
    fc.integer({ min: 1, max: 5000 }),
    fc.integer({ min: 0, max: 1e12 }),
  );
  const start = fc.oneof(
    fc.constantFrom(-9_223_372_036_854, 0, 1.7e12),
    fc.integer({ min: -9e12, max: 1.7e12 }),
  );
  await fc.assert(
    fc.asyncProperty(start, fc.array(step, { maxLength: 300 }), fc.nat(), async (first, steps, at) => {
      const times = [first];
      for (const each of steps)
        times.push(Math.min(9_223_372_036_854, Math.round((times.at(-1)! + each) * 1000) / 1000));
      const skip = at % (times.length + 1);
      expect(await walked(new Kept(times), skip)).toEqual(times.slice(skip));
    }),
  );
});

test('no more than can be held is asked for at once, and no more often than needed', async () => {
  // hours of one a minute, a second of 300,000, years of one a day
  const times = [
    ...Array.from({ length: 500 }, (_, n) => n * 60_000),
    ...Array.from({ length: 300_000 }, (_, n) => 30_000_000 + n / 300),
    ...Array.from({ length: 1000 }, (_, n) => 40_000_000 + n * 86_400_000),
  ];
  const archive = new Kept(times);
  expect((await walked(archive)).length).toBe(times.length);
  expect(Math.max(...archive.reads)).toBeLessThanOrEqual(MOST);
  expect(archive.asked).toBeLessThan(250);
});

test('what is skipped is counted, not read', async () => {
  const archive = new Kept(Array.from({ length: 500_000 }, (_, n) => n * 1000));
  expect((await walked(archive, 499_999)).length).toBe(1);
  expect(archive.reads.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(MOST);
  expect(archive.asked).toBeLessThan(60);
});

test('more at one instant than can be held is read all the same', async () => {
  const times = [...Array.from({ length: MOST + 5 }, () => 1000), 1001];
  expect(await walked(new Kept(times), 3)).toEqual(times.slice(3));
});

test('a position beyond the end is an error; the end itself is not', async () => {
  const archive = new Kept([1, 2, 3]);
  expect(await walked(archive, 3)).toEqual([]);
  await expect(walked(archive, 4)).rejects.toMatchObject({
    code: 'STATE_MISMATCH',
    facts: { expected: expect.stringContaining('at least 4') as unknown, got: '3', where: 'kept' },
  });
});
