import { afterEach, expect, test } from 'vitest';
import type { AlertTurn } from '../../src/alert/turn.ts';
import type { Command } from '../../src/command.ts';
import { Memory } from '../../src/memory/memory.ts';
import { alertsOf } from '../alert/stages.ts';
import { record } from '../checks/topology.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
/** Readings a minute of `a` and `b`; `a` brings none for a while. */
const STEPS = 300;

const memories: Memory[] = [];
afterEach(() => {
  for (const memory of memories.splice(0)) memory.release();
});

/** Turns by silence as `series state minute`. @param arrival minutes after its time at which a reading of `a` comes; undefined: never */
function silencesOf(
  arrival: (step: number) => number | undefined,
  grace?: string,
  ...commands: readonly { readonly before: number; readonly command: Command }[]
): readonly string[] {
  const readings = Array.from({ length: STEPS }, (_, step) => ['a', 'b'].map((s) => ({ s, step })))
    .flat()
    .flatMap(({ s, step }) => {
      const delay = s === 'a' ? arrival(step) : 0;
      return delay === undefined ? [] : [{ s, step, at: step + delay }];
    })
    .toSorted((one, other) => one.at - other.at);
  const memory = new Memory();
  memories.push(memory);
  const records = readings.map(({ s, step }, i) =>
    record(i, { s, t: START + step * MINUTE, v: Math.sin(step / 30) }),
  );
  const align = grace === undefined ? {} : { every: '1m', grace };
  const turns = alertsOf(memory, records, { align, alerts: { warmUp: 100, clearFor: '3m' }, commands });
  return turns.filter(({ reason }) => reason === 'silence').map(told);
}

const told = ({ series, turn, time }: AlertTurn): string =>
  `${series} ${turn} ${Math.round((time - START) / MINUTE)}`;
const gap = (step: number): number | undefined => (step > 200 && step < 240 ? undefined : 0);

// Seen to fail where it is looked for at the newest reading.
test('what comes late within the grace was never silent', () => {
  const inBursts = (step: number): number => (step > 200 && step < 240 ? 9 - (step % 10) : 0);
  expect(silencesOf(inBursts, '10m')).toEqual([]);
  const held = (step: number): number => (step > 200 && step < 240 ? 240 - step : 0);
  expect(silencesOf(held, '45m')).toEqual([]);
  expect(silencesOf(held, '10m').length).toBeGreaterThan(0);
});

test('what is silent is told with the times that it would have without a grace', () => {
  const [fired] = silencesOf(gap);
  expect(fired).toMatch(/^a firing 2\d\d$/);
  expect(silencesOf(gap, '10m')).toEqual([fired, 'a resolved 244']);
});

test('what is silent is not told before the grace is over', () => {
  const silent = (step: number): number | undefined => (step > 270 ? undefined : 0);
  expect(silencesOf(silent, '1m')).toEqual([expect.stringMatching(/^a firing 29\d$/)]);
  expect(silencesOf(silent, '10m')).toEqual([]);
});

test('all of them falling silent: by the ticks, the grace later, and no longer than a day', () => {
  const tick = (minutes: number) =>
    ({ before: 2 * STEPS, command: { kind: 'tick', time: START + minutes * MINUTE } }) as const;
  const usual = (): number => 0;
  expect(silencesOf(usual, '10m', tick(STEPS + 8))).toEqual([]);
  const both = silencesOf(usual, '10m', tick(STEPS + 60));
  expect(both.map((line) => line.slice(0, 8))).toEqual(['a firing', 'b firing']);
  // a thousand years are not walked through
  expect(silencesOf(usual, '10m', tick(5e8))).toEqual(both);
});
