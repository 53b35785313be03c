import { expect, test } from 'vitest';
import { NumberView } from '../../src/detect/number-view.ts';
import { Memory } from '../../src/memory/memory.ts';

function viewOf(...scales: ((share: number) => number)[]) {
  const memory = new Memory();
  const view = new NumberView(
    memory,
    'test',
    1,
    scales.map((scale, i) => ({ view: i === 0 ? 'value' : 'log', scale })),
  );
  const row = memory.row('a');
  return {
    look: (time: number, x: number) => view.look(row, 0, time, x),
    remembered: () => memory.numbers(row)['test.count']![0],
  };
}
const straight = (share: number): number => share;

test('evidence is the distance to the nearest value, as a share of the range, over the usual distance and 0.08', () => {
  const { look } = viewOf(straight);
  expect(look(0, 0)).toEqual([]);
  expect(look(1, 100)[0]).toMatchObject({ view: 'value', evidence: 6, nearest: { value: 0, time: 0 } }); // at most 6
  // the usual distance is 1: the only one there has been
  const [middle] = look(2, 46);
  expect(middle!.evidence).toBeCloseTo((3 * 0.46) / 1.08, 6);
  expect(middle).toMatchObject({ got: 46, nearest: { value: 0, time: 0 } });
  expect(look(3, 54)[0]!.evidence).toBeCloseTo((3 * 0.08) / 1.08, 6);
});

test('a value that is like a remembered one is nothing new, and only renews its time', () => {
  const { look, remembered } = viewOf(straight);
  [0, 1000, 500].forEach((x, time) => look(time, x));
  look(3, 509);
  expect(remembered()).toBe(3);
  expect(look(4, 507)[0]!.nearest).toEqual({ value: 500, time: 3 });
  look(5, 511);
  expect(remembered()).toBe(4);
});

test('each scale has its own nearest, and is like only what is near on all of them', () => {
  const { look, remembered } = viewOf(straight, (share) => Math.sqrt(share));
  [0, 10_000, 100, 2500].forEach((x, time) => look(time, x));
  // straight 40 / 10,000 from 100; by the root 2 % from it
  const [value, log] = look(4, 144);
  expect(value!.nearest.value).toBe(100);
  expect(log!.nearest.value).toBe(100);
  expect(remembered()).toBe(5);
  // straight it is nearer to 144, by the root to 2500
  const apart = look(5, 1250);
  expect(apart.map(({ nearest }) => nearest.value)).toEqual([144, 2500]);
});

test('values that are all the same are nothing new', () => {
  const { look, remembered } = viewOf(straight);
  look(0, 7);
  expect(look(1, 7)).toEqual([{ view: 'value', evidence: 0, got: 7, nearest: { value: 7, time: 0 } }]);
  expect(remembered()).toBe(1);
});
