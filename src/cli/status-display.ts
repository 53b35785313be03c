import type { Running } from '../run/run.ts';
import type { RunStatus } from '../serve/status.ts';
import { LINE_EVERY_MS, percentPrefix, progressBar } from './progress.ts';

/** To the beginning of the line, and remove it: ECMA-48, CHA and EL. */
const CLEAR_LINE = '\x1b[G\x1b[K';

/** What is shown of a run while it goes on. */
export interface StatusDisplay {
  /** Shows how it is now, where that is shown all the time. */
  update(): void;
  /** Makes room for a line; what was there comes again. */
  clear(): void;
  end(): void;
}

/**
 * On standard error: a bar with a text in a terminal, a line now and then elsewhere.
 *
 * @param isEndless there is no end to come nearer to
 */
export function showStatus(
  running: Running,
  text: (status: RunStatus) => string,
  isEndless = false,
): StatusDisplay {
  if (!process.stderr.isTTY) {
    const timer = setInterval(() => {
      const status = running.status();
      process.stderr.write(`${percentPrefix(status.progress)}${text(status)}\n`);
    }, LINE_EVERY_MS);
    timer.unref();
    return { update() {}, clear() {}, end: () => clearInterval(timer) };
  }
  const bar = progressBar({ isEndless });
  bar.start(1000, 0, { text: '' });
  const update = (): void => {
    const status = running.status();
    bar.update(Math.floor((status.progress ?? 0) * 1000), { text: text(status) });
  };
  const timer = setInterval(update, 250);
  timer.unref();
  let hasEnded = false;
  return {
    update,
    clear() {
      if (!hasEnded) process.stderr.write(CLEAR_LINE);
    },
    end() {
      if (hasEnded) return;
      hasEnded = true;
      clearInterval(timer);
      update();
      bar.stop();
    },
  };
}
