import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ReplayClock } from '../../src/run/replay-clock.ts';

let wall = 0;
beforeEach(() => {
  wall = 5000;
  vi.spyOn(performance, 'now').mockImplementation(() => wall);
});
afterEach(() => vi.restoreAllMocks());

/** The last whole ms of event time that is due; 0 where none is. */
function due(clock: ReplayClock): number {
  let time = 0;
  while (time < 100_000 && clock.isDue(time + 1)) time++;
  return time;
}

test('begins with the first reading that has a time, and goes so many times as fast as the wall clock', () => {
  const clock = new ReplayClock(60);
  expect(clock.isDue(-Infinity)).toBe(true);
  expect(clock.isDue(0)).toBe(false);
  clock.begin(-Infinity);
  expect(clock.isDue(0)).toBe(false);
  clock.begin(1000);
  expect(due(clock)).toBe(1000);
  wall += 10;
  expect(due(clock)).toBe(1600);
  clock.begin(90_000); // it has begun
  expect(due(clock)).toBe(1600);
  expect(clock.wait(2200)).toBe(10);
  expect(clock.wait(1600)).toBe(0);
});

test('a pause takes no time', () => {
  const clock = new ReplayClock(0.5);
  clock.begin(1000);
  wall += 200;
  clock.pause();
  wall += 100_000;
  expect(due(clock)).toBe(1099);
  expect(clock.wait(1100)).toBe(Infinity);
  clock.resume();
  expect(due(clock)).toBe(1100);
  wall += 200;
  expect(due(clock)).toBe(1200);
});

test('another speed goes on from where it stands', () => {
  const clock = new ReplayClock(1);
  clock.begin(1000);
  wall += 100;
  clock.go(10);
  expect(due(clock)).toBe(1100);
  wall += 100;
  expect(due(clock)).toBe(2100);
  clock.go(Infinity);
  expect(clock.isDue(1e15)).toBe(true);
  clock.reach(7000);
  clock.go(1);
  expect(due(clock)).toBe(7000);
});

test('is moved on, and never back, by what passes at once', () => {
  const clock = new ReplayClock(1);
  clock.begin(1000);
  clock.reach(3000);
  clock.reach(2000);
  expect(due(clock)).toBe(3000);
  clock.skip(500);
  expect(due(clock)).toBe(3500);
});

test('paused before it has begun, nothing is due', () => {
  const clock = new ReplayClock(Infinity);
  clock.pause();
  clock.begin(1000);
  expect(clock.isDue(-Infinity)).toBe(false);
  expect(clock.isDue(0)).toBe(false);
  expect(clock.wait(0)).toBe(Infinity);
});
