import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ALERT,
  type AlertRules,
  endAlert,
  phaseOf,
  QUIET,
  sinceOf,
  stepAlert,
} from '../../src/alert/machine.ts';

const RULES: AlertRules = {
  raise: 0.5,
  clear: 0.2,
  holdFor: 0,
  clearFor: 3,
  cooldown: 0,
  warmUp: 0,
  flaps: 100,
  flapWithin: 100,
};

/** The turns that scores at times 1000, 1001, … make: `time: turn`. */
function turns(
  scores: readonly number[],
  rules: Partial<AlertRules> = {},
  state = new Float64Array(ALERT),
): string[] {
  return scores.flatMap((score, i) => {
    const turn = stepAlert(state, 0, 1000 + i, score, { ...RULES, ...rules });
    return turn ? [`${i}: ${turn}`] : [];
  });
}

describe('an alert', () => {
  test('fires at once, and ends when its score was low for long enough', () => {
    expect(turns([0, 0.6, 0.9, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1])).toEqual([
      '1: firing',
      '9: resolved',
    ]);
  });

  test('that has to hold fires only when it did', () => {
    expect(turns([0.6, 0.6, 0.4, 0.6, 0.6, 0.6, 0.6, 0], { holdFor: 3, clearFor: 0 })).toEqual([
      '0: pending',
      '2: dropped',
      '3: pending',
      '6: firing',
      '7: resolved',
    ]);
  });

  test('does not come again while it cools down, nor during the warm-up', () => {
    expect(turns([0.6, 0, 0.6, 0.6, 0.6, 0.6], { clearFor: 0, cooldown: 3 })).toEqual([
      '0: firing',
      '1: resolved',
      '4: firing',
    ]);
    expect(turns([0.6, 0.6, 0.6], { warmUp: 2 })).toEqual(['2: firing']);
  });

  test('that comes and goes stays, until it was calm for longer', () => {
    const wave = [0.6, 0, 0.6, 0, 0.6, 0, 0.6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(turns(wave, { clearFor: 0, flaps: 3, flapWithin: 10 })).toEqual([
      '0: firing',
      '1: resolved',
      '2: firing',
      '3: resolved',
      '4: firing',
      '17: resolved',
    ]);
  });

  test('is not touched by a reading that says nothing', () => {
    expect(turns([0.6, NaN, NaN, NaN, NaN, NaN, 0.1, NaN, 0.1, 0.1])).toEqual(['0: firing', '9: resolved']);
  });

  test('needs a bar where one is given', () => {
    const state = new Float64Array(ALERT);
    expect(stepAlert(state, 0, 1, 0.6, RULES, 0.7)).toBeUndefined();
    expect(stepAlert(state, 0, 2, 0.7, RULES, 0.7)).toBe('firing');
    expect(sinceOf(state, 0)).toBe(2);
  });
});

test('turns alternate: raised, then dropped or fired, then resolved; and a state that was put away goes on the same', () => {
  const rules = fc.record({
    raise: fc.constant(0.5),
    clear: fc.constantFrom(0.1, 0.5),
    holdFor: fc.nat(4),
    clearFor: fc.nat(4),
    cooldown: fc.nat(6),
    warmUp: fc.nat(3),
    flaps: fc.integer({ min: 1, max: 4 }),
    flapWithin: fc.nat(12),
  });
  const score = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(NaN));
  fc.assert(
    fc.property(rules, fc.array(score, { maxLength: 60 }), fc.nat(60), (of, scores, cut) => {
      const all = turns(scores, of).map((turn) => turn.split(': ')[1]);
      let open: string | undefined;
      for (const turn of all) {
        const allowed: Readonly<Record<string, readonly (string | undefined)[]>> = {
          pending: [undefined],
          dropped: ['pending'],
          firing: of.holdFor > 0 ? ['pending'] : [undefined],
          resolved: ['firing'],
        };
        expect(allowed[turn!]).toContain(open);
        open = turn === 'dropped' || turn === 'resolved' ? undefined : turn;
      }
      const state = new Float64Array(ALERT);
      const whole = { ...RULES, ...of };
      scores.slice(0, cut).forEach((s, i) => stepAlert(state, 0, i, s, whole));
      const other = state.slice();
      for (const [i, s] of scores.slice(cut).entries())
        expect(stepAlert(other, 0, cut + i, s, whole)).toBe(stepAlert(state, 0, cut + i, s, whole));
      if (open === undefined) expect(QUIET).toBe(0);
      expect(phaseOf(other, 0)).toBe(phaseOf(state, 0));
    }),
  );
});

test('that of a series that is given up is over: dropped where it was pending, resolved where it fired', () => {
  const ended = (scores: readonly number[], rules: Partial<AlertRules> = {}): unknown => {
    const state = new Float64Array(ALERT);
    turns(scores, rules, state);
    const turn = endAlert(state, 0, 2000);
    expect(phaseOf(state, 0)).toBe(QUIET);
    return turn;
  };
  expect(ended([0.1])).toBeUndefined();
  expect(ended([0.6], { holdFor: 3 })).toBe('dropped');
  expect(ended([0.6])).toBe('resolved');
});
