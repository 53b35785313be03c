import { expect, test } from 'vitest';
import { calendarOf } from '../../src/calendar/calendar.ts';
import { CalendarSettings } from '../../src/calendar/settings.ts';
import { seasonsOf } from '../../src/forecast/season.ts';
import { Targets } from '../../src/forecast/targets.ts';
import { Workspace } from '../../src/forecast/workspace.ts';
import { Memory } from '../../src/memory/memory.ts';

const HOUR = 3_600_000;
const HORIZONS = [1, 2, 24, 30];
const Q = HORIZONS.length;

function makeTargets(calendar: object = {}) {
  const memory = new Memory();
  const plan = {
    channels: 1,
    targets: [0],
    horizons: HORIZONS,
    farthest: 30,
    levels: [0.9],
    main: 0,
    profile: 'light' as const,
    learn: 'head' as const,
    weights: 'series' as const,
    asksModel: false,
  };
  const workspace = new Workspace(memory, plan, 5, 40);
  const targets = new Targets(memory, plan, calendarOf(CalendarSettings.parse(calendar)), workspace);
  return {
    memory,
    of: (time: number, step: number, lag = 24): number[][] => {
      const at = targets.of(seasonsOf(step), time, step, lag) / 4;
      const places = Array.from(memory.view().i32.slice(at, at + 3 * Q));
      return [places.slice(0, Q), places.slice(Q, 2 * Q), places.slice(2 * Q)];
    },
  };
}

test('places of the day and the week, and steps since the same time of the latest day that has come', () => {
  const { of } = makeTargets();
  const [day, week, ago] = of(22 * HOUR, HOUR); // a Thursday
  expect(day).toEqual([23, 0, 22, 4]);
  expect(week).toEqual(HORIZONS.map((h) => 22 + h));
  expect(ago).toEqual([23, 22, 0, 18]);
  // of any season, and with none
  expect(of(22 * HOUR, HOUR, 7)).toEqual([day, week, [6, 5, 4, 5]]);
  expect(of(22 * HOUR, HOUR, 0)).toEqual([day, week, [0, 0, 0, 0]]);
  expect(of(22 * HOUR, HOUR)).toEqual([day, week, ago]);
});

test('follow the calendar of the target', () => {
  const midnight = Date.UTC(2026, 2, 28, 22); // in Berlin 23:00, the night before summer time
  const [day] = makeTargets({ zone: 'Europe/Berlin' }).of(midnight, HOUR);
  expect(day).toEqual([0, 1, 0, 6]);
});

// Seen to fail when the step is not looked at.
test('asked again they are the same, another time or step has others, whatever the workspace was used for meanwhile', () => {
  const { memory, of } = makeTargets();
  const first = of(22 * HOUR, HOUR);
  const other = of(22 * HOUR, 2 * HOUR);
  expect(other[0]).toEqual([0, 1, 11, 5]);
  memory.view().i32.fill(0);
  expect(of(22 * HOUR, 2 * HOUR)).toEqual(other);
  expect(of(22 * HOUR, HOUR)).toEqual(first);
});
