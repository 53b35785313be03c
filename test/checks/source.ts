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

const SIZES = [1203, 1, 2500];
const CONTENT = SIZES.map((size, partition) =>
  Array.from({ length: size }, (_, n) => `reading-${partition}-${n}`),
);
const TOTAL = SIZES.reduce((sum, size) => sum + size, 0);

/**
 * The battery that every source passes: order, opening, positions, backpressure, stop, errors.
 *
 * @example
 * checkSource('FileSource', async (content) => { …write the files…; return { open: () => new FileSource(settings) }; });
 */
export function checkSource(name: string, make: MakeSource): void {
  describe(`${name} is a source`, () => {
    let made: SourceUnderTest;
    const textOf = (record: SourceRecord): string =>
      made.text?.(record) ?? Buffer.from(record.value ?? []).toString();

    beforeAll(async () => {
      made = await make(CONTENT);
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
      await seen.run(made.open(), TOTAL);

      expect(seen.texts(textOf)).toEqual(CONTENT);
      expect(seen.opened.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
      for (const partition of [0, 1, 2]) expectPositions(seen.of(partition));
    });

    test('has one call of a partition under way at a time', async () => {
      const seen = new Recorder({ slow: true });
      await seen.run(made.open(), TOTAL);

      expect(seen.most).toBe(1);
      expect(seen.texts(textOf)).toEqual(CONTENT);
    });

    test('goes on from any position', async () => {
      const all = new Recorder();
      await all.run(made.open(), TOTAL);
      const [first, , last] = [0, 1, 2].map((partition) =>
        all.of(partition).flatMap(({ records }) => records),
      );
      const ends = [0, 1, 2].map((partition) => all.of(partition).at(-1)?.next ?? 0);

      // A record in the middle, the end, and the last record.
      const some = new Recorder({ positions: [first![700]!.offset, ends[1]!, last!.at(-1)!.offset] });
      await some.run(made.open(), 504);
      expect(some.texts(textOf)).toEqual([CONTENT[0]!.slice(700), [], CONTENT[2]!.slice(-1)]);

      // The end, nothing yet, and the first record.
      const others = new Recorder({ positions: [ends[0]!, null, last![0]!.offset] });
      await others.run(made.open(), 2501);
      expect(others.texts(textOf)).toEqual([[], CONTENT[1], CONTENT[2]]);
    });

    test('goes on from every position that it gives', async () => {
      const all = new Recorder();
      await all.run(made.open(), TOTAL);
      const batches = all.of(2);
      const half = batches.slice(0, Math.max(1, batches.length >> 1));
      const handed = half.flatMap(({ records }) => records);
      const rest = CONTENT[2]!.slice(handed.length);

      const some = new Recorder({ positions: [null, null, half.at(-1)!.next] });
      await some.run(made.open(), SIZES[0]! + SIZES[1]! + rest.length);

      expect(handed.map((record) => textOf(record))).toEqual(CONTENT[2]!.slice(0, handed.length));
      expect(some.texts(textOf)).toEqual([CONTENT[0], CONTENT[1], rest]);
    });

    test('waits for the handler', async () => {
      const gate = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      const seen = new Recorder();
      const stop = new AbortController();
      let calls = 0;
      const running = made.open().run(
        seen.handler(async ({ partition }) => {
          if (partition !== 2) return;
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
          if (partition !== 2) return;
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

  texts(textOf: (record: SourceRecord) => string): readonly (readonly string[])[] {
    return [0, 1, 2].map((partition) =>
      this.of(partition)
        .flatMap(({ records }) => records)
        .map((record) => textOf(record)),
    );
  }
}
