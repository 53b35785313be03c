import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DRIFT, trackDrift } from '../../src/learn/drift.ts';
import { seededRandom } from '../../src/model/random.ts';

type Stream = (seed: number) => () => number;

const normal: Stream = (seed) => {
  const random = seededRandom(seed);
  return () => Array.from({ length: 12 }, random).reduce((sum, v) => sum + v, -6);
};

/** Student's t with 3 degrees of freedom. */
const student: Stream = (seed) => {
  const z = normal(seed);
  return () => z() / Math.sqrt((z() ** 2 + z() ** 2 + z() ** 2) / 3);
};

/** x_t = 0.9 x_(t-1) + a normal number. */
const correlated: Stream = (seed) => {
  const z = normal(seed);
  let x = 2.3 * z();
  return () => (x = 0.9 * x + z());
};

function alarms(stream: Stream, readings: number, seed: number): { grown: number; shrunk: number } {
  const state = new Float64Array(DRIFT);
  const next = stream(seed);
  const found = { grown: 0, shrunk: 0 };
  for (let t = 0; t < readings; t++) {
    const drift = trackDrift(state, 0, next());
    if (drift > 0) found.grown++;
    if (drift < 0) found.shrunk++;
  }
  return found;
}

/** Readings until errors that became `times` as large after 3,000 are found, of each of some streams, ascending. */
function delays(stream: Stream, times: number, streams = 100): number[] {
  const direction = times > 1 ? 1 : -1;
  return Array.from({ length: streams }, (_, seed) => {
    const state = new Float64Array(DRIFT);
    const next = stream(seed + 1);
    for (let t = 0; t < 3000; t++) trackDrift(state, 0, next());
    let readings = 1;
    while (readings < 3000 && trackDrift(state, 0, times * next()) !== direction) readings++;
    return readings;
  }).toSorted((a, b) => a - b);
}

test.each([
  ['normal', normal],
  ["Student's", student],
  ['correlated', correlated],
] as const)('%s errors that do not change give less than one alarm in 20,000 readings', (_, stream) => {
  const { grown, shrunk } = alarms(stream, 400_000, 11);
  expect(grown).toBeLessThan(20);
  expect(shrunk).toBeLessThan(4);
});

test.each([
  ['normal', 40, 70, normal],
  ["Student's", 45, 90, student],
  ['correlated', 140, 350, correlated],
] as const)(
  'a doubling of %s errors is found, half of the time within %i readings',
  (_, half, most, stream) => {
    const found = delays(stream, 2);
    expect(found[50]).toBeLessThan(half);
    expect(found[90]).toBeLessThan(most);
  },
);

test('errors that shrink to a quarter are found too, and tell so', () => {
  expect(delays(student, 0.25)[90]).toBeLessThan(120);
});

test('after an alarm everything begins anew: growing once more is found once more', () => {
  const state = new Float64Array(DRIFT + 2).fill(7);
  state.fill(0, 1, 1 + DRIFT);
  const next = student(5);
  const found: number[] = [];
  for (let t = 0; t < 6000; t++) {
    const drift = trackDrift(state, 1, next() * (t < 2000 ? 1 : t < 4000 ? 3 : 9));
    if (drift !== 0) {
      expect([...state]).toEqual([7, ...Array.from({ length: DRIFT }, () => 0), 7]);
      found.push(t);
    }
  }
  expect(found.length).toBe(2);
  expect(found[0]).toBeGreaterThan(2000);
  expect(found[0]).toBeLessThan(2060);
  expect(found[1]).toBeGreaterThan(4000);
  expect(found[1]).toBeLessThan(4060);
});

test('no alarm comes during the first 200 readings', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const state = new Float64Array(DRIFT);
    const next = normal(seed);
    for (let t = 0; t < 200; t++) expect(trackDrift(state, 0, next() * (t < 150 ? 1 : 10))).toBe(0);
  }
});

test('errors that were all alike and leap at once are found, also soon after the start', () => {
  const state = new Float64Array(DRIFT);
  for (let t = 0; t < 300; t++) expect(trackDrift(state, 0, t % 2 ? 1 : -1)).toBe(0);
  let readings = 1;
  while (readings < 100 && trackDrift(state, 0, 5) !== 1) readings++;
  expect(readings).toBeLessThan(15);
});

test('the unit of errors changes nothing', () => {
  const [one, other] = [new Float64Array(DRIFT), new Float64Array(DRIFT)];
  const next = student(3);
  for (let t = 0; t < 5000; t++) {
    const error = next() * (t < 3000 ? 1 : 3);
    expect(trackDrift(other, 0, error * 2 ** -40)).toBe(trackDrift(one, 0, error)); // a power of two is exact
  }
});

test('errors of 0 are no drift; the first that are none are', () => {
  const state = new Float64Array(DRIFT);
  for (let t = 0; t < 10_000; t++) expect(trackDrift(state, 0, 0)).toBe(0);
  const next = normal(1);
  let readings = 1;
  while (readings < 100 && trackDrift(state, 0, next()) !== 1) readings++;
  expect(readings).toBeLessThan(20);
});

test('one enormous error is no drift, and does not make it blind for long', () => {
  const next = normal(2);
  const late = new Float64Array(DRIFT);
  for (let t = 0; t < 3000; t++) expect(trackDrift(late, 0, t === 1000 ? 1e300 : next())).toBe(0);
  const first = new Float64Array(DRIFT);
  for (let t = 0; t < 3000; t++) trackDrift(first, 0, t === 0 ? 1e300 : next());
  let readings = 1;
  while (readings < 200 && trackDrift(first, 0, 2 * next()) !== 1) readings++;
  expect(readings).toBeLessThan(80);
});

test('state stays finite for any errors, touches nothing beside it, and is all there is', () => {
  const error = fc.oneof(
    fc.double(),
    fc.constantFrom(0, -0, 1e300, -1e300, 5e-324, Infinity, -Infinity, NaN, Number.MAX_VALUE),
    fc.double({ min: -1, max: 1, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(error, { maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (errors, times) => {
      const state = new Float64Array(DRIFT + 2).fill(7, 0, 1).fill(7, DRIFT + 1);
      const copy = new Float64Array(DRIFT);
      for (const each of Array.from({ length: times }, () => errors).flat()) {
        copy.set(state.subarray(1, 1 + DRIFT));
        const drift = trackDrift(state, 1, each);
        expect(trackDrift(copy, 0, each)).toBe(drift);
        expect(copy).toEqual(state.subarray(1, 1 + DRIFT));
        expect(state.every((number) => Number.isFinite(number))).toBe(true);
      }
      expect([state[0], state[DRIFT + 1]]).toEqual([7, 7]);
    }),
  );
});
