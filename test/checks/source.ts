import { setImmediate as turn } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Batch, Source, SourceHandler, SourceRecord } from '../../src/source/source.ts';

/** A source's content under test, and how to read it. */
export interface SourceUnderTest {
  /** A new source over the same content: one instance serves one run. */
  open(): Source;
  /** What was put in; by default the record's value as UTF-8. */
  text?(record: SourceRecord): string;
  /** Takes away what `make` has made. */
  close?(): Promise<void>;
}

/**
 * Makes what `checkSource` is to read.
 *
 * @param content [partition][n] texts of letters, digits and `-`, each to become one record, in this order
 */
export type MakeSource = (content: readonly (readonly string[])[]) => Promise<SourceUnderTest>;

/** Records of each partition; the last has most. */
const SIZES = [1203, 1, 2500];

/**
 * The battery that every source passes: order, opening, positions, backpressure, stop, errors.
 *
 * @param partitions how many it can have: 3, or 1
 * @example
 * checkSource('FileSource', async (content) => { …write the files…; return { open: () => new FileSource(settings) }; });
 */
export function checkSource(name: string, make: MakeSource, partitions: 1 | 3 = 3): void {
  const sizes = SIZES.slice(-partitions);
  const content = sizes.map((size, partition) =>
    Array.from({ length: size }, (_, n) => `reading-${partition}-${n}`),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const all = sizes.map((_, partition) => partition);
  const biggest = partitions - 1;

  describe(`${name} is a source`, () => {
    let made: SourceUnderTest;
    const textOf = (record: SourceRecord): string =>
      made.text?.(record) ?? Buffer.from(record.value ?? []).toString();

    beforeAll(async () => {
      made = await make(content);
    });
    afterAll(async () => {
      await made.close?.();
    });

    test('says what it has found, one line each', async () => {
      const lines = await made.open().check();

      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(line).toMatch(/^\S.*\S$/);
    });

    test('hands over every record once and in order, after it has opened the partition once', async () => {
      const seen = new Recorder();
      await seen.run(made.open(), total);

      expect(seen.texts(textOf, all)).toEqual(content);
      expect(seen.opened.toSorted((a, b) => a - b)).toEqual(all);
      for (const partition of all) expectPositions(seen.of(partition));
    });

    test('has one call of a partition under way at a time', async () => {
      const seen = new Recorder({ slow: true });
      await seen.run(made.open(), total);

      expect(seen.most).toBe(1);
      expect(seen.texts(textOf, all)).toEqual(content);
    });

    test('goes on from any position', async () => {
      const whole = new Recorder();
      await whole.run(made.open(), total);
      // Per partition: a record in the middle, the end, nothing yet, the last record; each with what is left then.
      const places = all.map((partition) => {
        const batches = whole.of(partition);
        const records = batches.flatMap((batch) => batch.records);
        const texts = content[partition]!;
        const middle = Math.floor(texts.length * 0.6);
        return [
          { position: records[middle]!.offset, rest: texts.slice(middle) },
          { position: batches.at(-1)!.next, rest: [] },
          { position: null, rest: texts },
          { position: records.at(-1)!.offset, rest: texts.slice(-1) },
        ];
      });

      for (let round = 0; round < 4; round += 1) {
        const now = places.map((places4, partition) => places4[(round + partition) % 4]!);
        const left = now.reduce((sum, { rest }) => sum + rest.length, 0);
        // A source without an end would never say that there is nothing.
        if (left === 0) continue;
        const some = new Recorder({ positions: now.map(({ position }) => position) });
        await some.run(made.open(), left);
        expect(some.texts(textOf, all)).toEqual(now.map(({ rest }) => rest));
      }
    });

    test('goes on from every position that it gives', async () => {
      const whole = new Recorder();
      await whole.run(made.open(), total);
      const batches = whole.of(biggest);
      const half = batches.slice(0, Math.max(1, batches.length >> 1));
      const handed = half.flatMap(({ records }) => records);
      const rest = content[biggest]!.slice(handed.length);

      const positions = all.map((partition) => (partition === biggest ? half.at(-1)!.next : null));
      const some = new Recorder({ positions });
      await some.run(made.open(), total - handed.length);

      expect(handed.map((record) => textOf(record))).toEqual(content[biggest]!.slice(0, handed.length));
      expect(some.texts(textOf, all)).toEqual([...content.slice(0, -1), rest]);
    });

    test('waits for the handler', async () => {
      const gate = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      const seen = new Recorder();
      const stop = new AbortController();
      let calls = 0;
      const running = made.open().run(
        seen.handler(async ({ partition }) => {
          if (partition !== biggest) return;
          calls += 1;
          begun.resolve();
          await gate.promise;
        }),
        stop.signal,
      );
      await begun.promise;
      for (let n = 0; n < 50; n += 1) await turn();
      const whileWaiting = calls;
      stop.abort();
      gate.resolve();
      await running;

      expect(whileWaiting).toBe(1);
    });

    test('stops: what is in hand is finished, nothing else begins', async () => {
      const seen = new Recorder();
      const stop = new AbortController();
      const late: Batch[] = [];
      let finished = 0;
      await made.open().run(
        seen.handler(async (batch) => {
          if (stop.signal.aborted) late.push(batch);
          stop.abort();
          await turn();
          await turn();
          finished += 1;
        }),
        stop.signal,
      );
      const atTheEnd = finished;
      for (let n = 0; n < 50; n += 1) await turn();

      expect(late).toEqual([]);
      expect(atTheEnd).toBe(seen.batches.length);
      expect(finished).toBe(atTheEnd);
    });

    test('does nothing when it is stopped before it has begun', async () => {
      const seen = new Recorder();
      await made.open().run(seen.handler(), AbortSignal.abort());

      expect(seen.batches).toEqual([]);
    });

    test('ends with the error of the handler', async () => {
      const poison = new Error('poison');
      const seen = new Recorder();
      let failed = 0;
      const running = made.open().run(
        seen.handler(async ({ partition }) => {
          if (partition !== biggest) return;
          failed += 1;
          throw poison;
        }),
        new AbortController().signal,
      );

      await expect(running).rejects.toBe(poison);
      expect(failed).toBe(1);
    });

    test('ends with the error of opening', async () => {
      const poison = new Error('no state');
      const seen = new Recorder();
      const handler: SourceHandler = { ...seen.handler(), open: () => Promise.reject(poison) };

      await expect(made.open().run(handler, new AbortController().signal)).rejects.toBe(poison);
      expect(seen.batches).toEqual([]);
    });
  });
}

function expectPositions(batches: readonly Batch[]): void {
  let position = -1;
  for (const { records, next } of batches) {
    expect(records.length).toBeGreaterThan(0);
    for (const { offset } of records) {
      expect(Number.isSafeInteger(offset)).toBe(true);
      expect(offset).toBeGreaterThanOrEqual(Math.max(position, 0));
      position = offset + 1;
    }
    expect(next).toBeGreaterThanOrEqual(position);
    position = next;
  }
}

/** A handler that remembers. */
class Recorder {
  readonly batches: Batch[] = [];
  readonly opened: number[] = [];
  /** Most calls of one partition that were under way at once. */
  most = 0;
  readonly #under = new Map<number, number>();
  readonly #positions: readonly (number | null)[];
  readonly #slow: boolean;

  constructor({
    positions = [],
    slow = false,
  }: { positions?: readonly (number | null)[]; slow?: boolean } = {}) {
    this.#positions = positions;
    this.#slow = slow;
  }

  handler(handle: (batch: Batch) => Promise<void> = async () => undefined): SourceHandler {
    const under = async <T>(partition: number, work: () => Promise<T>): Promise<T> => {
      const now = (this.#under.get(partition) ?? 0) + 1;
      this.#under.set(partition, now);
      this.most = Math.max(this.most, now);
      try {
        if (this.#slow) for (let n = 0; n < 3; n += 1) await turn();
        return await work();
      } finally {
        this.#under.set(partition, now - 1);
      }
    };
    return {
      open: (partition) =>
        under(partition, async () => {
          this.opened.push(partition);
          return this.#positions[partition] ?? null;
        }),
      handle: (batch) =>
        under(batch.partition, async () => {
          if (!this.opened.includes(batch.partition))
            throw new Error(`partition ${batch.partition} was not opened`);
          this.batches.push(batch);
          await handle(batch);
        }),
      lose: (partition) => under(partition, async () => undefined),
    };
  }

  /** Runs the source until it ends or so many records have come; more than those fail the test. */
  async run(source: Source, records: number): Promise<void> {
    const stop = new AbortController();
    let seen = 0;
    await source.run(
      this.handler(async (batch) => {
        seen += batch.records.length;
        if (seen >= records) stop.abort();
      }),
      stop.signal,
    );
    if (seen !== records) throw new Error(`expected ${records} records, got ${seen}`);
  }

  of(partition: number): readonly Batch[] {
    return this.batches.filter((batch) => batch.partition === partition);
  }

  texts(
    textOf: (record: SourceRecord) => string,
    partitions: readonly number[],
  ): readonly (readonly string[])[] {
    return partitions.map((partition) =>
      this.of(partition)
        .flatMap(({ records }) => records)
        .map((record) => textOf(record)),
    );
  }
}
