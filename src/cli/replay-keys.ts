import { emitKeypressEvents, type Key } from 'node:readline';
import type { ReplayAction, ReplayStatus } from '../serve/status.ts';
import { faster, slower, Speed } from '../speed.ts';

export const KEYS_TOLD =
  'Keys: space pauses and goes on; → the next reading, h an hour, d a day at once; + and − change the speed; q stops.';

const HOUR = 3_600_000;

/** What a key does to a replay; `stop` ends it, undefined: nothing. */
export function actionOf(
  { name, ctrl, sequence }: Key,
  { isPaused, speed }: ReplayStatus,
): ReplayAction | 'stop' | undefined {
  // the terminal gives it to us as a key, and no longer as a signal
  if (ctrl === true) return name === 'c' ? 'stop' : undefined;
  const now = Speed.parse(speed);
  switch (name ?? sequence) {
    case 'space':
      return { action: isPaused ? 'resume' : 'pause' };
    case 'right':
    case 'n':
      return { action: 'step' };
    case 'h':
      return { action: 'step', time: HOUR };
    case 'd':
      return { action: 'step', time: 24 * HOUR };
    case '+':
    case '=':
      return { action: 'speed', speed: faster(now) };
    case '-':
    case '_':
      return { action: 'speed', speed: slower(now) };
    case 'q':
      return 'stop';
    default:
      return undefined;
  }
}

/** Listens to a terminal's keys until it is ended, which leaves the terminal as it was. */
export function listenToKeys(input: NodeJS.ReadStream, onKey: (key: Key) => void): { end(): void } {
  const listener = (_: unknown, key: Key): void => onKey(key);
  emitKeypressEvents(input);
  input.on('keypress', listener);
  input.setRawMode(true);
  input.resume();
  return {
    end: () => {
      input.off('keypress', listener);
      input.setRawMode(false);
      input.pause();
    },
  };
}
