import { describe, expect, test } from 'vitest';
import { FAR } from '../../src/forecast/base.ts';
import { moveCutOf, plainMoves } from '../../src/forecast/plain.ts';

/** Now is 1 unit above the anchor; usual are 0.5 for the day and 0.25 for the week; a unit is 2. */
const NOW = { unit: 2, offset: 2, day: 0.5, week: 0.25, spread: 1, toSmoothed: -3 };

describe('a season ago', () => {
  test('goes to the value of that time, where it is one like others', () => {
    expect(plainMoves(NOW, 1.5, NaN, 6, 1)[0]).toBe(2); // to 3 units, from 1
  });

  test('counts as at most three mean distances from what is usual', () => {
    expect(plainMoves(NOW, 1.5, NaN, 60, 1)[0]).toBe(0.5 + 3);
    expect(plainMoves(NOW, NaN, NaN, 60, 1)[0]).toBe(10);
    expect(plainMoves({ ...NOW, spread: NaN }, 1.5, NaN, 60, 1)[0]).toBe(10); // what is usual is that of another season
  });

  test('says no movement where that time is not known', () => {
    expect(plainMoves(NOW, 1.5, 2, NaN, 1)[0]).toBe(0);
  });
});

describe('the profile', () => {
  test('moves as the week does, and as the day where the week is not known', () => {
    expect(plainMoves(NOW, 1.5, 2, 6, 1)[1]).toBe(2 - 0.25);
    expect(plainMoves(NOW, 1.5, NaN, 6, 1)[1]).toBe(1.5 - 0.5);
    expect(plainMoves({ ...NOW, week: NaN }, 1.5, 2, 6, 1)[1]).toBe(1.5 - 0.5);
    expect(plainMoves(NOW, NaN, NaN, 6, 1)[1]).toBe(NaN);
  });
});

describe('the level', () => {
  test('is at most ten usual movements away', () => {
    expect(plainMoves(NOW, 1.5, 2, 6, 1)[2]).toBe(-3);
    expect(plainMoves(NOW, 1.5, 2, 6, 0.125)[2]).toBe(-1.25);
    expect([moveCutOf(0), moveCutOf(0.5)]).toEqual([FAR, 5]);
  });
});
