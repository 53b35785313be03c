import { expect, test } from 'vitest';
import { FanOut } from '../../../src/evaluate/compare/fan-out.ts';
import type { CommandHandler } from '../../../src/run/commands-again.ts';

test('all take each batch and command, in turns; then it is told', async () => {
  const told: string[] = [];
  const handler = (name: string): CommandHandler => ({
    open: async (partition) => (told.push(`${name} opens ${partition}`), 5),
    handle: async ({ next }) => void told.push(`${name}${next}`),
    command: async () => void told.push(`${name}!`),
    lose: async (partition) => void told.push(`${name} loses ${partition}`),
  });
  const fanOut = new FanOut([handler('a'), handler('b')], (partition) => told.push(`all ${partition}`));
  expect(await fanOut.open(3)).toBe(5);
  for (const next of [1, 2]) await fanOut.handle({ partition: 3, records: [], next });
  await fanOut.command(3, { kind: 'tick', time: 0 });
  await fanOut.lose(3);
  expect(told).toEqual([
    'a opens 3',
    'b opens 3',
    'a1',
    'b1',
    'all 3',
    'b2',
    'a2',
    'all 3',
    'a!',
    'b!',
    'all 3',
    'a loses 3',
    'b loses 3',
  ]);
});

test('what is given at once comes in order to all; after an error nothing more comes', async () => {
  const told: string[] = [];
  const handler = (name: string): CommandHandler => ({
    open: async () => null,
    handle: async () => undefined,
    command: async (_, command) => {
      const time = command.kind === 'tick' ? command.time : NaN;
      told.push(`${name}${time}`);
      await new Promise((resolve) => setImmediate(resolve));
      if (time === 3) throw new Error('three');
    },
    lose: async () => undefined,
  });
  const fanOut = new FanOut([handler('a'), handler('b')], () => undefined);
  const given = [1, 2, 3, 4].map((time) => fanOut.command(0, { kind: 'tick', time }));
  expect((await Promise.allSettled(given)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
  ]);
  expect(told).toEqual(['a1', 'b1', 'b2', 'a2', 'a3']);
});

// Seen to fail where the first that is opened decides.
test('all begin where the first of them does, and at the beginning where one knows of nothing before', async () => {
  const at = (next: number | null): CommandHandler => ({
    open: () => Promise.resolve(next),
    handle: () => Promise.resolve(),
    command: () => Promise.resolve(),
    lose: () => Promise.resolve(),
  });
  const opened = (...all: (number | null)[]): Promise<number | null> =>
    new FanOut(all.map(at), () => undefined).open(0);
  expect([await opened(7, 5, 6), await opened(5, null), await opened(null, 5)]).toEqual([5, null, null]);
});
