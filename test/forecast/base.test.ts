import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Base, cut, MOVES, WARM_UP } from '../../src/forecast/base.ts';
import { Memory } from '../../src/memory/memory.ts';
import { gaussian } from './gaussian.ts';

const RESCALE = 30;
const RESHIFT = 90;

function makeBase(channels = 1) {
  const memory = new Memory();
  const base = new Base(memory, channels);
  const row = memory.row('a');
  const take = (value: number) => base.take(row, 0, value);
  const now = () => ({
    anchor: base.anchor(row, 0),
    unit: base.unit(row, 0),
    age: base.age(row, 0),
    still: base.still(row, 0),
    smoothed: base.smoothed(row, 0),
  });
  return { memory, base, row, take, now };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

/** Noise around `level`. */
function noise(count: number, seed: number, level = 0, spread = 1): number[] {
  const next = gaussian(seed);
  return Array.from({ length: count }, () => level + spread * next());
}

describe('wild values at the start', () => {
  const wild = fc.tuple(fc.nat(7), fc.double({ min: 12, max: 1e300, noNaN: true }), fc.boolean());

  // Seen to fail without `calm`: units of up to 1e299; and with a median that is the second of the eight.
  test('up to three among the first eight leave anchor, unit and what is usual where they belong', () => {
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 3 }), fc.integer({ min: 1, max: 9 }), (places, seed) => {
        const { base, row, take, now } = makeBase();
        const values = noise(WARM_UP, seed, 20);
        for (const [place, size, isBelow] of places) values[place] = isBelow ? -size : 20 + size;
        values.forEach(take);
        const { anchor, unit, smoothed } = now();
        // as much as three that are just not wild
        expect(Math.abs(anchor - 20)).toBeLessThan(6);
        expect(unit).toBeGreaterThan(0.6);
        expect(unit).toBeLessThan(20);
        expect(Math.abs(smoothed - 20)).toBeLessThan(12);
        expect(base.jolt(row, 0)).toBeLessThan(200);
      }),
    );
  });

  test('also after a constant, where the first eight values are spread over many readings', () => {
    const { take, now } = makeBase();
    for (const value of [...Array<number>(30).fill(20), 1e9, ...noise(60, 3, 20)]) take(value);
    expect(Math.abs(now().anchor - 20)).toBeLessThan(3);
    expect(now().unit).toBeLessThan(6);
  });

  test('what is far out and no outlier is left as it is: a ramp, a switch, steps', () => {
    const shapes = [
      Array.from({ length: WARM_UP }, (_, i) => 100 * i),
      Array.from({ length: WARM_UP }, (_, i) => (i % 2) * 1e6),
      Array.from({ length: WARM_UP }, (_, i) => Math.floor(i / 2) % 4),
    ];
    for (const values of shapes) {
      const { take, now } = makeBase();
      values.forEach(take);
      expect(now().anchor).toBeCloseTo(meanOf(values), 6);
      expect(now().unit / deviationOf(values)).toBeCloseTo(1, 9);
    }
  });
});

test('a jolt is ten times the mean change of the warm-up, or ten times the spread once units are taken anew', () => {
  const { base, row, take, now } = makeBase();
  const values = noise(200, 4, 20);
  values.forEach(take);
  const moves = values.slice(1, WARM_UP).map((value, i) => Math.abs(value - values[i]!));
  expect(base.jolt(row, 0)).toBeCloseTo(10 * meanOf(moves), 8);
  for (const value of noise(200, 5, 20, 1e4)) take(value);
  expect(now().unit).toBeGreaterThan(30);
  expect(base.jolt(row, 0)).toBe(10 * now().unit);
});

describe('the warm-up', () => {
  test('ends with the fiftieth reading: anchor and unit are mean and deviation of the fifty, and stay', () => {
    const { take, now } = makeBase();
    const values = noise(300, 1, 1000, 5);
    const begins: number[] = [];
    for (const [i, value] of values.entries()) {
      if (take(value)?.begins === true) begins.push(i + 1);
      expect(now().age).toBe(Math.max(0, i + 1 - WARM_UP + 1));
      if (i + 1 < WARM_UP) continue;
      expect(now().anchor).toBeCloseTo(meanOf(values.slice(0, WARM_UP)), 9);
      expect(now().unit).toBeCloseTo(deviationOf(values.slice(0, WARM_UP)), 9);
    }
    expect(begins).toEqual([WARM_UP]);
  });

  test('waits for twenty changes of value', () => {
    const { take, now } = makeBase();
    const values = noise(200, 2).flatMap((value) => [value, value, value]);
    // the changes are at the readings 4, 7, 10, …
    const end = 61;
    for (const [i, value] of values.entries()) {
      const rebase = take(value);
      expect(rebase?.begins ?? false).toBe(i + 1 === end);
      expect(now().age).toBe(Math.max(0, i + 1 - end + 1));
    }
  });

  test('waits however long a series stands still', () => {
    const { take, now } = makeBase();
    for (let i = 0; i < 5000; i++) expect(take(7)).toBeUndefined();
    expect(now()).toEqual({ anchor: 7, unit: 0, age: 0, still: 4999, smoothed: 7 });
    noise(MOVES, 3, 7).forEach((value) => take(value));
    expect(now().age).toBe(1);
    expect(now().unit).toBeGreaterThan(0);
  });

  test('follows the spread before it ends, within a factor of two', () => {
    const { take, now } = makeBase();
    const values = Array.from({ length: WARM_UP - 1 }, (_, i) => 1.3 ** i);
    for (let i = 0; i < values.length; i++) {
      take(values[i]!);
      if (i < 1) continue;
      const spread = deviationOf(values.slice(0, i + 1));
      // from the ninth reading on a step of ten deviations at most counts: these stay below
      expect(now().unit).toBeGreaterThanOrEqual(spread / 2.001);
      expect(now().unit).toBeLessThanOrEqual(spread * 2.001);
      expect(now().age).toBe(0);
    }
  });
});

describe('a rebase', () => {
  // Seen to fail when the rebase is told but the anchor stays, and when the factor is upside down.
  test('is told exactly when the units change, with what turns the old ones into the new', () => {
    const parts = fc.array(
      fc.record({
        count: fc.integer({ min: 1, max: 150 }),
        level: fc.integer({ min: -1000, max: 1000 }),
        exponent: fc.integer({ min: -3, max: 3 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    let told = 0;
    fc.assert(
      fc.property(parts, fc.nat(1000), (all, seed) => {
        const { memory, take, now } = makeBase();
        const next = gaussian(seed);
        for (const { count, level, exponent } of all) {
          for (let i = 0; i < count; i++) {
            const before = now();
            const rebase = take(level + 10 ** exponent * next());
            const after = now();
            const isFirst = after.still === 0 && before.smoothed === 0 && before.anchor === 0;
            if (!rebase) {
              if (!isFirst) expect([after.anchor, after.unit]).toEqual([before.anchor, before.unit]);
              continue;
            }
            told++;
            expect(after.unit).toBeGreaterThan(0);
            expect(rebase.moved).toBe(after.anchor - before.anchor);
            expect(rebase.factor).toBe(before.unit / after.unit);
            expect(rebase.begins).toBe(after.age === 1);
          }
        }
        memory.release();
      }),
      { numRuns: 100 },
    );
    expect(told).toBeGreaterThan(200);
  });

  test.each([
    [40, true],
    [20, false],
    [1 / 40, true],
    [1 / 20, false],
  ])('a change of spread by %d: %s', (by, isTold) => {
    const { take, now } = makeBase();
    noise(500, 4, 50).forEach((value) => take(value));
    const { unit } = now();
    const rebases = noise(15_000, 5, 50, by).flatMap((value) => take(value) ?? []);
    expect(rebases.length).toBe(isTold ? 1 : 0);
    if (!isTold) {
      expect(now().unit).toBe(unit);
      return;
    }
    expect(rebases[0]!.begins).toBe(true);
    expect(rebases[0]!.factor).toBeCloseTo(unit / now().unit, 9);
    const ratio = Math.max(now().unit / unit, unit / now().unit);
    expect(ratio).toBeGreaterThan(RESCALE);
    expect(ratio).toBeLessThan(1.1 * RESCALE);
  });

  test('a mean that has moved away by ninety units, however slowly', () => {
    const { take, now } = makeBase();
    noise(200, 6).forEach((value) => take(value));
    const { unit } = now();
    const next = gaussian(7);
    let moved = 0;
    for (let i = 0; i < 10_000 && moved === 0; i++) moved = take(0.02 * unit * i + unit * next())?.moved ?? 0;
    expect(moved / unit).toBeGreaterThan(RESHIFT);
    expect(moved / unit).toBeLessThan(RESHIFT + 0.1);
    expect(now().unit / unit).toBeLessThan(RESCALE);
    expect(now().age).toBe(1);
  });

  test('a series that was tiny and then is huge does not lose its numbers', () => {
    const { take, now } = makeBase();
    noise(100, 8, 0, 1e-155).forEach((value) => take(value));
    expect(now().age).toBe(51);
    const factors = noise(200, 9, 0, 1e100).flatMap((value) => take(value)?.factor ?? []);
    expect(factors.length).toBeGreaterThan(0);
    for (const factor of factors) expect(factor).toBeGreaterThanOrEqual(0);
    expect(now().unit).toSatisfy(Number.isFinite);
  });
});

describe('a single spike', () => {
  test.each([1e3, 1e6, 1e9, 1e30, 1e100, 1e300, -1e300])('of %d does not change the units', (spike) => {
    const { take, now } = makeBase();
    noise(400, 11).forEach((value) => take(value));
    const { anchor, unit } = now();
    expect(take(spike)).toBeUndefined();
    for (const value of noise(3000, 12)) expect(take(value)).toBeUndefined();
    expect(now()).toMatchObject({ anchor, unit });
  });

  // Seen to fail when a reading counts whole.
  test('in the warm-up, from the ninth reading on, makes the unit less than three times as large, and moves the anchor by less than half of it', () => {
    const spike = fc.constantFrom(1e3, 1e6, 1e9, 1e30, 1e100, 1e300);
    const sign = fc.constantFrom(1, -1);
    fc.assert(
      fc.property(
        spike,
        sign,
        fc.integer({ min: 8, max: WARM_UP - 1 }),
        fc.nat(1000),
        (size, s, place, seed) => {
          const values = noise(WARM_UP, seed, 20, 3);
          const unit = deviationOf(values);
          const { memory, take, now } = makeBase();
          values.with(place, s * size).forEach((value) => take(value));
          expect(now().age).toBe(1);
          expect(now().unit / unit).toBeGreaterThan(1);
          expect(now().unit / unit).toBeLessThan(3);
          expect(Math.abs(now().anchor - meanOf(values)) / unit).toBeLessThan(0.5);
          memory.release();
        },
      ),
    );
  });
});

test('the smoothed level is simple exponential smoothing', () => {
  const { take, now } = makeBase();
  const values = noise(200, 13, 5);
  let level = values[0]!;
  for (const value of values) {
    take(value);
    level = 0.8 * level + 0.2 * value;
    expect(now().smoothed).toBeCloseTo(level, 10);
  }
});

test('a spike moves the smoothed level as if it were ten deviations away', () => {
  const { take, now } = makeBase();
  noise(400, 17).forEach((value) => take(value));
  const { smoothed } = now();
  take(1e300);
  expect(now().smoothed - smoothed).toBeGreaterThan(1.5);
  expect(now().smoothed - smoothed).toBeLessThan(2.5);
});

test('counts the readings without a change', () => {
  const { take, now } = makeBase();
  const still = [0, 0, 0, 1, 1, 1, 1, 2, 2, 1].map((value) => {
    take(value);
    return now().still;
  });
  expect(still).toEqual([0, 1, 2, 0, 1, 2, 3, 0, 1, 0]);
});

test.each([
  [24, 24],
  [288, 288],
  [4, 16],
  [0, 16],
])('is stuck after more than a day of %d steps without a change: %d readings', (stepsOfDay, most) => {
  const { base, row, take } = makeBase();
  for (let i = 0; i < 20; i++) take(i);
  for (let still = 1; still <= 300; still++) {
    take(19);
    expect(base.isStuck(row, 0, stepsOfDay)).toBe(still > most);
  }
  take(20);
  expect(base.isStuck(row, 0, stepsOfDay)).toBe(false);
});

test('tiny, huge and ordinary values in any order never give what is not a number', () => {
  const size = fc.constantFrom(
    0,
    5e-324,
    1e-300,
    1e-160,
    1e-30,
    1,
    1e30,
    1e140,
    1e160,
    1e300,
    1e308,
    1.7e308,
  );
  const value = fc
    .tuple(size, fc.double({ min: -1, max: 1, noNaN: true }))
    .map(([most, part]) => most * part);
  const values = fc.array(
    fc.oneof(
      value,
      fc.tuple(size, fc.constantFrom(1, -1)).map(([s, of]) => s * of),
    ),
    {
      minLength: 1,
      maxLength: 300,
      size: 'max',
    },
  );
  fc.assert(
    fc.property(values, (all) => {
      const { memory, take, now } = makeBase();
      for (const each of all) {
        const rebase = take(each);
        const { unit, age, ...rest } = now();
        for (const number of [unit, age, ...Object.values(rest)]) expect(number).toSatisfy(Number.isFinite);
        expect(unit).toBeGreaterThanOrEqual(0);
        if (age > 0) expect(unit).toBeGreaterThan(0);
        if (!rebase) continue;
        expect(rebase.moved).toSatisfy(Number.isFinite);
        expect(rebase.factor).toBeGreaterThanOrEqual(0);
        expect(rebase.factor).toBeLessThanOrEqual(1e30);
      }
      memory.release();
    }),
    { numRuns: 100 },
  );
});

test('channels and series do not see one another', () => {
  const memory = new Memory();
  const base = new Base(memory, 2);
  const [a, b] = [memory.row('a'), memory.row('b')];
  const alone = makeBase();
  const next = gaussian(14);
  for (let i = 0; i < 100; i++) {
    const value = next();
    alone.take(value);
    base.take(a, 0, 1e6 * i);
    base.take(a, 1, value);
    base.take(b, 0, -1e9);
  }
  expect(base.anchor(a, 1)).toBe(alone.now().anchor);
  expect(base.unit(a, 1)).toBe(alone.now().unit);
  expect([base.anchor(b, 0), base.unit(b, 0), base.age(b, 0)]).toEqual([-1e9, 0, 0]);
  expect([base.anchor(b, 1), base.still(b, 1), base.smoothed(b, 1)]).toEqual([0, 0, 0]);
});

test.each([1, 30, WARM_UP - 1, WARM_UP, 200])(
  'all of it lies in Memory: after a rollback to reading %d it goes on as if nothing had been',
  (kept) => {
    const values = noise(300, 15);
    const straight = makeBase();
    const said = values.map((value) => [straight.take(value), straight.now()]);
    const { memory, row, take, now } = makeBase();
    values.slice(0, kept).forEach((value) => take(value));
    memory.committed();
    memory.touch(row);
    noise(500, 16, 1e6, 1e3).forEach((value) => take(value));
    memory.rollback();
    expect(now()).toEqual(said[kept - 1]![1]);
    expect(values.slice(kept).map((value) => [take(value), now()])).toEqual(said.slice(kept));
  },
);

test('cut: at most the limit from 0; what is not a number stays none', () => {
  expect([0.5, 3, -3, Infinity, -Infinity, NaN].map((x) => cut(x, 2))).toEqual([0.5, 2, -2, 2, -2, NaN]);
});
