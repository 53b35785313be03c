import { expect, test } from 'vitest';
import { Memory } from '../../src/memory/memory.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { rowHashes } from '../checks/bytes.ts';
import { batchOf, liveStages, record } from '../checks/topology.ts';
import { through } from '../frames.ts';

const HOUR = 3_600_000;

function stream(length: number, from: number, value: (i: number) => number): SourceRecord[] {
  return Array.from({ length }, (_, i) =>
    record(i, { s: 'abc'[i % 3], t: Math.floor(i / 3) * HOUR, v: i < from ? Math.sin(i) * 10 : value(i) }),
  );
}

function rows(records: readonly SourceRecord[], profile: string): string[] {
  const memory = new Memory();
  return rowHashes(through(liveStages(memory, { forecast: { profile } }).stages, batchOf(records)));
}

// Invariant 5. Seen to fail when `forecast` looks at the last row of its frame. (Where `learn` looks at a later row of its frame, that is
// seen by split invariance: what was learned depends on the cuts then.)
test.each(['light', 'full'])(
  'what follows a reading changes nothing of what was said before, even in the same frame (%s)',
  (profile) => {
    const original = rows(
      stream(300, 300, () => 0),
      profile,
    );
    for (const from of [1, 61, 152, 299]) {
      const other = rows(
        stream(300, from, () => 1000),
        profile,
      );
      expect(other.slice(0, from)).toEqual(original.slice(0, from));
      expect(other[from]).not.toBe(original[from]);
    }
  },
);

// Seen to fail when `detect` holds a reading against the forecast of its own step.
test('a reading is scored against forecasts made before it', () => {
  const memory = new Memory();
  const { stages } = liveStages(memory);
  const frames = through(stages, batchOf(stream(300, 300, () => 0)));
  expect(frames.length).toBe(100);
  frames.slice(1).forEach(({ expected }, i) => {
    const { yhat, horizons } = frames[i]!;
    // a movement is kept in units: where these have changed in between it is rounded to a float32 anew
    for (let row = 0; row < 3; row++) expect(expected[row]).toBeCloseTo(yhat[row * horizons.length]!, 5);
  });
});
