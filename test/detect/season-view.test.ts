import { expect, test } from 'vitest';
import { SeasonView } from '../../src/detect/season-view.ts';
import { Memory } from '../../src/memory/memory.ts';

const HOUR = 3_600_000;

function viewOf() {
  const memory = new Memory();
  const view = new SeasonView(memory, 'test', 1);
  const row = memory.row('a');
  return (hour: number, x: number) => view.look(row, 0, hour * HOUR, x);
}

test('a value at the time of the day at which it always is is nothing new; at another it is', () => {
  const look = viewOf();
  for (let day = 0; day < 20; day++) {
    look(24 * day, 10);
    look(24 * day + 12, 30);
  }
  expect(look(480, 10)[0]).toMatchObject({ view: 'season', evidence: 0, got: 10 });
  expect(look(480, 10)[0]!.nearest).toEqual({ value: 10, time: 480 * HOUR });
  const [late] = look(504, 30); // at midnight; it has always been 10 then
  expect(late!.evidence).toBeGreaterThan(2);
  expect(late!.nearest.value).toBe(30);
});

test('of the first nothing is said', () => {
  expect(viewOf()(5, 3)).toEqual([]);
});
