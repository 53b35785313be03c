import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUDGET, type BudgetRules, takeWithinBudget } from '../../src/alert/budget.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
const HOUR = 3_600_000;
/** One alert a week of a series. */
const RULES: BudgetRules = { raise: 0.5, clear: 0.25, clearFor: 2 * HOUR, budget: 100 };

interface Reading {
  readonly time: number;
  readonly score: number;
}

function taken(readings: readonly Reading[], rules = RULES): boolean[] {
  const state = new Float64Array(BUDGET);
  return readings.map(({ time, score }) => takeWithinBudget(state, 0, time, score, rules));
}

/** The same from all that has come, each time anew. */
function plainly(readings: readonly Reading[], rules = RULES): boolean[] {
  const rate = rules.budget / 100 / WEEK;
  const window = Math.min(365 * DAY, 16 / rate);
  const peaks: Reading[] = [];
  let stretch: Reading[] = [];
  let calmSince: number | undefined;
  let began: number | undefined;
  return readings.map(({ time, score }) => {
    if (Number.isNaN(score)) return false;
    began ??= time;
    if (stretch.length > 0 && score < rules.clear) {
      calmSince ??= time;
      if (time - calmSince >= rules.clearFor) {
        peaks.push({ time, score: Math.max(...stretch.map((one) => one.score)) });
        stretch = [];
      }
    } else if (stretch.length > 0 || score >= rules.raise) {
      stretch.push({ time, score });
      calmSince = undefined;
    }
    const peak = Math.max(0, ...stretch.map((one) => one.score));
    const allowed = Math.max(1, Math.ceil(rate * Math.min(time - began, window)));
    return peaks.filter((one) => one.time > time - window && one.score >= peak).length < allowed;
  });
}

/** An hour of such a score, and a day of calm. */
function stretches(scores: readonly number[], every = DAY, start = WEEK): Reading[] {
  return scores.flatMap((score, i) => [
    { time: start + i * every, score },
    { time: start + i * every + HOUR, score: 0 },
    { time: start + i * every + 4 * HOUR, score: 0 },
  ]);
}

/** Whether each stretch is within the budget. */
const alerts = (scores: readonly number[], every = DAY): boolean[] =>
  taken(stretches(scores, every)).filter((_, i) => i % 3 === 0);

test('the first stretch is within it, then what is odder than all before, and more as time goes on', () => {
  expect(alerts([0.6, 0.6, 0.55, 0.7, 0.65, 0.7])).toEqual([true, false, false, true, false, false]);
  // after eight days there may be two
  expect(alerts([0.6, 0.7, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.65])[8]).toBe(true);
  expect(alerts([0.6, 0.7, 0.5, 0.5, 0.5, 0.5, 0.5, 0.65])[7]).toBe(false);
});

test('a stretch is judged by its peak so far, and not by itself', () => {
  const long = [0.6, 0.3, 0.6, 0.9, 0.3, 0.55].map((score, i) => ({ time: 1000 + i * DAY, score }));
  expect(taken(long).every(Boolean)).toBe(true);
});

test('what is past the window counts no more', () => {
  const weekly = stretches(
    Array.from({ length: 20 }, () => 0.9),
    WEEK,
  );
  const [late] = stretches([0.5], WEEK, 100 * WEEK);
  expect(taken([...weekly, late!], { ...RULES, budget: 25 }).at(-1)).toBe(true);
});

test('a small peak takes the place of no larger one', () => {
  const scores = Array.from({ length: 30 }, (_, i) => (i === 28 ? 0.5 : 0.9));
  expect(alerts(scores, 5 * DAY).at(-1)).toBe(false);
});

test('a series that is odd every day has no more than its budget, and one for its first', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.5, max: 1, noNaN: true }), { minLength: 30, maxLength: 200 }),
      (scores) => {
        // in any order those within are the largest of a window: no more than the allowance each time, and records
        const fired = alerts(scores);
        const last = fired.slice(-28).filter(Boolean).length;
        const records = scores.filter((one, i) =>
          scores.slice(Math.max(0, i - 112), i).every((before) => before < one),
        ).length;
        expect(last).toBeLessThanOrEqual(28 / 7 + 16 + records);
        expect(fired[0]).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test('is what a plain count over all that has come says, wherever it was put away', () => {
  const reading = fc.record({
    gap: fc.integer({ min: 1, max: 12 }).map((hours) => hours * HOUR),
    score: fc.oneof(fc.constantFrom(0, 0.2, 0.3, 0.5, NaN), fc.double({ min: 0, max: 1, noNaN: true })),
  });
  fc.assert(
    fc.property(
      fc.array(reading, { maxLength: 200 }),
      fc.constantFrom(25, 100),
      fc.nat(200),
      (made, budget, cut) => {
        let time = DAY;
        const readings = made.map(({ gap, score }) => ({ time: (time += gap), score }));
        const rules = { ...RULES, budget };
        const expected = plainly(readings, rules);
        expect(taken(readings, rules)).toEqual(expected);
        const first = new Float64Array(BUDGET);
        const before = readings
          .slice(0, cut)
          .map(({ time: at, score }) => takeWithinBudget(first, 0, at, score, rules));
        const again = Float64Array.from(first);
        const after = readings
          .slice(cut)
          .map(({ time: at, score }) => takeWithinBudget(again, 0, at, score, rules));
        expect([...before, ...after]).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});
