import { expect, test } from 'vitest';
import { commandsBehind, commandsSince } from '../../src/past/commands-left.ts';

const command = { kind: 'tick', time: 1 } as const;
const logged = [1, 2, 3].map((number) => ({ number, before: 10 * number, command }));
const commands = new Map([
  [0, logged],
  [1, logged],
]);

test('commands that the snapshots know are left out', () => {
  const snapshot = { partition: 0, next: 9, watermark: 9, commands: 2 };
  const since = commandsSince(commands, new Map([[0, snapshot]]))!;
  expect(since.get(0)!.map(({ number }) => number)).toEqual([3]);
  expect(since.get(1)).toEqual(logged);
  expect(commandsSince(undefined, new Map())).toBeUndefined();
});

test('those up to the position that history was run to are left out', () => {
  const behind = commandsBehind(commands, new Map([[0, { next: 20 }]]));
  expect(behind.get(0)!.map(({ number }) => number)).toEqual([3]);
  expect(behind.get(1)).toEqual(logged);
});
