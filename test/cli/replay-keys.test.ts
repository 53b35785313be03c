import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { actionOf, listenToKeys } from '../../src/cli/replay-keys.ts';
import type { ReplayStatus } from '../../src/serve/status.ts';

const status: ReplayStatus = { position: 0, next: 1, speed: '60x', isPaused: false, secondsLeft: null };

/** A terminal that somebody types into. */
function terminal() {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: (mode: boolean) => void raw.push(mode) });
  return { input: input as unknown as NodeJS.ReadStream, type: (text: string) => input.write(text), raw };
}

test('what is typed is done to the replay; the terminal is left as it was', async () => {
  const { input, type, raw } = terminal();
  const actions: unknown[] = [];
  const keys = listenToKeys(input, (key) => actions.push(actionOf(key, status)));
  type(' \u001B[Cnhd+=-_xq\u0003');
  await expect.poll(() => actions.length).toBe(12);
  expect(actions).toEqual([
    { action: 'pause' },
    { action: 'step' },
    { action: 'step' },
    { action: 'step', time: 3_600_000 },
    { action: 'step', time: 86_400_000 },
    { action: 'speed', speed: 600 },
    { action: 'speed', speed: 600 },
    { action: 'speed', speed: 10 },
    { action: 'speed', speed: 10 },
    undefined,
    'stop',
    'stop',
  ]);
  keys.end();
  type('n');
  expect(raw).toEqual([true, false]);
  expect(actions).toHaveLength(12);
});

test('the space bar goes on with what is paused', () => {
  expect(actionOf({ name: 'space' }, { ...status, isPaused: true })).toEqual({ action: 'resume' });
});
