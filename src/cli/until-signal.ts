import { constants } from 'node:os';
import { SIGNALS } from './signals.ts';

/**
 * Work that SIGINT and SIGTERM end early. The exit code tells so where it has not come to its end by then.
 *
 * @param work is to end soon when the signal is aborted
 */
export async function untilSignal<T extends { readonly isComplete: boolean }>(
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let stoppedBy: (typeof SIGNALS)[number] | undefined;
  const interrupt = (signal: (typeof SIGNALS)[number]): void => {
    stoppedBy = signal;
    stop.abort();
  };
  for (const signal of SIGNALS) process.once(signal, interrupt);
  const done = await work(stop.signal).finally(() => {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  });
  if (stoppedBy && !done.isComplete) process.exitCode = 128 + constants.signals[stoppedBy];
  return done;
}
