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

function rows(records: readonly SourceRecord[]): string[] {
  const memory = new Memory();
  return rowHashes(through(liveStages(memory).stages, batchOf(records)));
}

// Invariant 5. Seen to fail when `learn` takes the target of a step that is still to come.
test('what follows a reading changes nothing of what was said before, even in the same frame', () => {
  const original = rows(stream(300, 300, () => 0));
  for (const from of [1, 61, 152, 299]) {
    const other = rows(stream(300, from, () => 1000));
    expect(other.slice(0, from)).toEqual(original.slice(0, from));
    expect(other[from]).not.toBe(original[from]);
  }
});

test('a reading is scored against forecasts made before it', () => {
  const memory = new Memory();
  const { stages } = liveStages(memory);
  const frames = through(stages, batchOf(stream(300, 300, () => 0)));
  expect(frames.length).toBe(100);
  frames.slice(1).forEach(({ expected }, i) => {
    for (let row = 0; row < 3; row++) expect(expected[row]).toBe(frames[i]!.yhat[row * frames[i]!.horizon]);
  });
});
