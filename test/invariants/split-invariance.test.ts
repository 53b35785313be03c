import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventsOf } from '../../src/detect/events.ts';
import { Memory } from '../../src/memory/memory.ts';
import { seededRandom } from '../../src/model/random.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { deadLetters, rowHashes, stateHash } from '../checks/bytes.ts';
import { messyStream } from '../checks/stream.ts';
import { batchOf, liveStages, record } from '../checks/topology.ts';
import { through } from '../frames.ts';

function runCut(records: readonly SourceRecord[], cuts: readonly number[], options = {}) {
  const memory = new Memory();
  const { stages } = liveStages(memory, options);
  const bounds = [0, ...[...new Set(cuts)].toSorted((a, b) => a - b), records.length];
  const batches = bounds.slice(1).map((end, i) => batchOf(records.slice(bounds[i], end)));
  const frames = through(stages, ...batches);
  const events = frames.flatMap((frame) =>
    eventsOf(frame).map(({ row, ...event }) => ({
      ...event,
      series: frame.name[row],
      time: frame.time[row],
    })),
  );
  const result = { rows: rowHashes(frames), events, dead: deadLetters(frames), state: stateHash(memory) };
  memory.release();
  return result;
}

// Invariant 2. Seen to fail when `align` gives out a whole frame in place of waves, and when `learn` looks at the next row of its frame;
// with shared weights when the waves hold more than one row.
test.each([
  { learn: 'head' },
  { learn: 'none' },
  { profile: 'full' },
  { weights: 'partition' },
  { profile: 'full', weights: 'partition' },
  { profile: 'full', calendar: { zone: 'Europe/Berlin', holidays: 'DE' }, yearly: true },
])('the same readings cut into frames of any lengths give the same bytes: %j', (forecast) => {
  fc.assert(
    fc.property(fc.nat(1000), fc.array(fc.nat(600), { maxLength: 30 }), (seed, cuts) => {
      const records = messyStream(seed, 600);
      const whole = runCut(records, [], { forecast });
      expect(whole.rows.length).toBeGreaterThan(500);
      expect(whole.dead.length).toBeGreaterThan(0);
      expect(
        runCut(
          records,
          cuts.map((cut) => cut % 600),
          { forecast },
        ),
      ).toEqual(whole);
    }),
    { numRuns: 12 },
  );
});

test('a robust scale too', () => {
  const records = messyStream(9, 800);
  const whole = runCut(records, [], { scale: { method: 'robust', window: 60 } });
  expect(runCut(records, [5, 6, 7, 100, 350, 351, 600], { scale: { method: 'robust', window: 60 } })).toEqual(
    whole,
  );
  expect(runCut(records, []).rows).not.toEqual(whole.rows);
});

test('frames of a single reading give the same bytes as one frame', () => {
  const records = messyStream(5, 800);
  expect(
    runCut(
      records,
      records.map((_, i) => i),
    ),
  ).toEqual(runCut(records, []));
});

test('events are the same, however the readings are cut', () => {
  const random = seededRandom(5);
  const noise = (): number => random() + random() + random() - 1.5;
  const records = Array.from({ length: 2 * 2000 }, (_, i) =>
    record(i, { s: 'ab'[i % 2], t: Math.floor(i / 2) * 3_600_000, v: noise() * (i < 3000 ? 1 : 300) }),
  );
  const whole = runCut(records, []).events;
  expect(new Set(whole.map(({ kind }) => kind))).toContain('drift-up');
  expect(new Set(whole.map(({ kind }) => kind))).toContain('coverage-low');
  expect(runCut(records, [3, 700, 3001, 3002, 3100]).events).toEqual(whole);
});
