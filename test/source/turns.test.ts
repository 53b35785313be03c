import { describe, expect, test } from 'vitest';
import type { Batch, SourceHandler } from '../../src/source/source.ts';
import { play, type Track } from '../../src/source/turns.ts';

const never = new AbortController().signal;

/** Tracks of so many records each; a batch has at most what is asked for. */
function tracks(...sizes: readonly number[]): Track[] {
  return sizes.map((size, partition) => {
    let at = 0;
    return {
      partition,
      next: async (most) => {
        if (at === size) return undefined;
        const records = Array.from({ length: Math.min(most, size - at) }, (_, i) => ({
          offset: at + i,
          key: null,
          value: null,
        }));
        at += records.length;
        return { partition, records, next: at };
      },
      taken: () => undefined,
    };
  });
}

/** A handler that notes what comes; `handle` may wait or throw. */
function noting(handle: (batch: Batch) => Promise<void> = async () => undefined, most?: number) {
  const came: string[] = [];
  const handler: SourceHandler = {
    open: async () => null,
    lose: async () => undefined,
    handle: async (batch) => {
      came.push(`${batch.partition}×${batch.records.length}`);
      await handle(batch);
    },
    end: async (partition) => void came.push(`${partition} ends`),
    ...(most !== undefined && { merges: () => most }),
  };
  return { came, handler };
}

test('tracks take turns, one batch at a time', async () => {
  let underWay = 0;
  const { came, handler } = noting(async () => {
    expect(++underWay).toBe(1);
    await Promise.resolve();
    underWay--;
  });
  await play(tracks(1000, 600), handler, never);
  expect(came).toEqual(['0×512', '1×512', '0×488', '1×88', '0 ends', '1 ends']);
});

describe('a handler that merges', () => {
  test('has each partition by itself, in batches as large as it likes', async () => {
    const first = Promise.withResolvers<void>();
    const { came, handler } = noting(
      ({ partition }) => (partition === 0 ? first.promise : Promise.resolve()),
      10,
    );
    const playing = play(tracks(5, 25), handler, never);
    await expect.poll(() => came).toEqual(['0×5', '1×10', '1×10', '1×5', '1 ends']);
    first.resolve();
    await playing;
    expect(came.at(-1)).toBe('0 ends');
  });

  test('ends with its first error, and is given nothing after it', async () => {
    const poison = new Error('poison');
    const { came, handler } = noting(({ partition }) => {
      return partition === 1
        ? Promise.reject(poison)
        : new Promise((resolve) => void setTimeout(resolve, 20));
    }, 10);
    await expect(play(tracks(100, 100), handler, never)).rejects.toBe(poison);
    await new Promise((resolve) => void setTimeout(resolve, 50));
    expect(came).toEqual(['0×10', '1×10']);
  });

  test('is not told of an end that a stop has brought', async () => {
    const stop = new AbortController();
    const { came, handler } = noting(async () => stop.abort(), 10);
    await play(tracks(20), handler, stop.signal);
    expect(came).toEqual(['0×10']);
  });
});
