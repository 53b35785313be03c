import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Memory } from '../../src/memory/memory.ts';
import { seededRandom } from '../../src/model/random.ts';
import type { DeadLetter } from '../../src/frame.ts';
import {
  firstOnly,
  inOrder,
  type LateReading,
  orderedStream,
  pointsOf,
  rowsByName,
  shuffledWithin,
  Standing,
} from '../checks/late.ts';
import { batchOf, liveStages, record } from '../checks/topology.ts';
import { through } from '../frames.ts';

const MINUTE = 60_000;
const STORE = [1, 4];

type Options = NonNullable<Parameters<typeof liveStages>[1]>;

function build(options: Options) {
  const memory = new Memory();
  return { memory, ...liveStages(memory, { ...options, forecast: { store: STORE, ...options.forecast } }) };
}

/**
 * Runs records through the live stages, with batches of any lengths; between them commits, rollbacks, and restarts from what was committed.
 */
function runThrough(readings: readonly LateReading[], seed: number, options: Options) {
  const random = seededRandom(seed);
  let part = build(options);
  const standing = new Standing();
  const dead: DeadLetter[] = [];
  let committed = 0;
  let pending: (() => void)[] = [];
  let at = 0;
  while (at < readings.length) {
    const end = Math.min(readings.length, at + 1 + Math.floor(random() * 60));
    const { stages, model } = part;
    const frames = through(stages, batchOf(readings.slice(at, end).map((one, i) => record(at + i, one))));
    pending.push(() => {
      for (const frame of frames) standing.take(pointsOf(frame, model, STORE));
      for (const frame of frames) dead.push(...frame.dead);
    });
    at = end;
    const fate = random();
    if (fate < 0.1) {
      part.memory.rollback();
      pending = [];
      at = committed;
    } else if (fate < 0.5 || at === readings.length) {
      part.memory.committed();
      for (const take of pending) take();
      pending = [];
      committed = at;
    }
    if (random() < 0.3 && at === committed) {
      const { memory } = part;
      const rows = [...memory.all()].map(({ series, bytes }) => ({ series, bytes: bytes.slice() }));
      const partition = memory.partitionBytes().slice();
      memory.release();
      part = build(options);
      part.memory.restore(rows, partition);
    }
  }
  const result = { rows: rowsByName(part.memory), points: standing.sorted, dead, standing };
  part.memory.release();
  return result;
}

const CASES: readonly (readonly [string, Options])[] = [
  ['a grace of a few steps', { align: { grace: '5m' } }],
  ['less than a step', { align: { grace: '45s' } }],
  ['more than most of the stream', { align: { grace: '4h' } }],
  ['gaps that are masked, and seen', { align: { grace: '7m', gaps: 'mask' }, model: { inputs: 'gaps' } }],
  ['weights of the cell that learn', { align: { grace: '6m' }, forecast: { profile: 'full' } }],
  [
    'a robust scale, no learning',
    { align: { grace: '5m' }, scale: { method: 'robust', window: 40 }, forecast: { learn: 'none' } },
  ],
  [
    'channels of which some are missing',
    { align: { grace: '5m', gapLimit: 5 }, decode: { values: ['v', 'w'], channels: true } },
  ],
];

// Seen to fail: with a boundary passed without its image; with images of the row as of the newest reading; where what is told of rows after a late
// reading keeps its places; where rows before the late one in its frame are stepped after it.
test.each(CASES)(
  'within the grace a shuffled stream ends as the sorted one: %s',
  (_, { align, ...options }) => {
    const settings = { ...options, align: { every: '1m', graceReadings: 2000, ...align } };
    const grace = graceOf(Reflect.get(settings.align, 'grace'));
    let replaced = 0;
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), (seed, order) => {
        const stream = orderedStream(seed, grace > 3600_000 ? 240 : 420);
        const random = seededRandom(order);
        const twice = stream.filter(() => random() < 0.02).map((one) => ({ ...one, v: one.v + 1 }));
        const arrivals = shuffledWithin(inOrder([...stream, ...twice]), grace, order);
        const shuffled = runThrough(arrivals, order, settings);
        const sorted = runThrough(inOrder(firstOnly(arrivals)), order + 1, settings);
        expect(sorted.dead).toEqual([]);
        expect(shuffled.dead.every(({ reason }) => reason === 'duplicate')).toBe(true);
        expect(shuffled.dead.length).toBe(arrivals.length - firstOnly(arrivals).length);
        expect(shuffled.rows).toEqual(sorted.rows);
        expect(shuffled.points).toEqual(sorted.points);
        replaced += shuffled.standing.replaced;
      }),
      { numRuns: grace > 3600_000 ? 2 : 5, examples: [[1, 2]] },
    );
    expect(replaced).toBeGreaterThan(grace < MINUTE ? 0 : 100);
  },
);

// Seen to fail where a dropped reading is forgotten.
test('where not all of the grace is kept, state and outputs are those of what was taken in, sorted', () => {
  let refused = 0;
  fc.assert(
    fc.property(fc.nat(1e6), fc.nat(1e6), fc.integer({ min: 1, max: 8 }), (seed, order, graceReadings) => {
      const settings = { align: { every: '1m', grace: '6m', graceReadings } };
      const arrivals = shuffledWithin(orderedStream(seed, 300), 6 * MINUTE, order);
      const shuffled = runThrough(arrivals, order, settings);
      const left = new Set(shuffled.dead.map(({ offset }) => offset));
      const sorted = runThrough(inOrder(arrivals.filter((_, i) => !left.has(i))), order + 1, settings);
      expect(shuffled.rows).toEqual(sorted.rows);
      expect(shuffled.points).toEqual(sorted.points);
      refused += left.size;
    }),
    { numRuns: 12 },
  );
  expect(refused).toBeGreaterThan(10);
});

test('what comes after the grace is a dead letter that tells how late it was, and changes nothing', () => {
  const settings = { align: { every: '1m', grace: '5m', graceReadings: 100 } };
  const stream = orderedStream(3, 300, { series: 1 });
  const late = { ...stream[200]!, t: stream[290]!.t - 5 * MINUTE - 1 };
  const without = runThrough(stream, 1, settings);
  const { rows, points, dead } = runThrough(
    [...stream.slice(0, 291), late, ...stream.slice(291)],
    1,
    settings,
  );
  expect(dead.map(({ offset, reason, detail }) => [offset, reason, detail])).toEqual([
    [291, 'late', `time ${late.t}: expected less than 300000 ms behind the watermark, got 300001 ms`],
  ]);
  expect([rows, points]).toEqual([without.rows, without.points]);
});

function graceOf(grace: unknown): number {
  const [, number, unit] = /^(\d+)(s|m|h)$/.exec(String(grace))!;
  return Number(number) * { s: 1000, m: MINUTE, h: 60 * MINUTE }[unit as 's' | 'm' | 'h'];
}
