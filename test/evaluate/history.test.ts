import fc from 'fast-check';
import { expect, test } from 'vitest';
import { History } from '../../src/evaluate/history.ts';

test('knows nothing before the first value and after the newest', () => {
  const history = new History();
  expect(history.get(1)).toBeNaN();
  history.push(5, 50);
  expect([4, 5, 6].map((index) => history.get(index))).toEqual([NaN, 50, NaN]);
});

test('a step without a value of its own holds the one before, and none before the first', () => {
  const history = new History();
  history.hold(3);
  expect([history.newest, history.get(3)]).toEqual([NaN, NaN]);
  history.push(5, 50);
  history.hold(8);
  expect([5, 6, 7, 8, 9].map((index) => history.get(index))).toEqual([50, 50, 50, 50, NaN]);
  expect(history.newest).toBe(50);
});

test('is what a plain list of all values is, as far back as was asked for', () => {
  const steps = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 90 }), value: fc.integer() }), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 400 }), fc.nat(79), (pushes, reach, when) => {
      const history = new History();
      const all = new Map<number, number>();
      let [index, held, knownFrom] = [0, NaN, 0];
      pushes.forEach(({ gap, value }, i) => {
        if (i === when) {
          history.reach(reach);
          // what was forgotten before does not come back
          knownFrom = index - 63;
        }
        for (let k = index + 1; k < index + gap; k++) all.set(k, held);
        index += gap;
        all.set(index, value);
        held = value;
        history.push(index, value);
        const back = i < when ? 63 : Math.max(63, reach);
        for (let k = Math.max(index - back, knownFrom, 1); k <= index; k++)
          expect(history.get(k)).toBe(all.get(k));
      });
    }),
    { numRuns: 60 },
  );
});
