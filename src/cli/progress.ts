import { Presets, SingleBar } from 'cli-progress';

/** Time between two lines of progress where there is no terminal. */
export const LINE_EVERY_MS = 10_000;

/**
 * A bar of a thousand parts on standard error, with a text behind it.
 *
 * @param isEndless there is no end to come nearer to: the text alone
 * @param clears whether it is gone when it ends
 */
export function progressBar({ isEndless = false, clears = false } = {}): SingleBar {
  const format = isEndless ? '{text}' : '{bar} {percentage} % | {text}';
  return new SingleBar({ format, hideCursor: true, clearOnComplete: clears }, Presets.shades_classic);
}

/** A share of the whole as `12 %, `; nothing where it is not known. */
export function percentPrefix(share: number | null): string {
  return share === null ? '' : `${Math.floor(share * 100)} %, `;
}

/** What is told while something goes on. */
export interface Progress {
  readonly update: (share: number | null, readings: number) => void;
  readonly end: () => void;
}

/** Readings on standard error: a bar in a terminal, a line now and then elsewhere. */
export function showProgress(): Progress {
  const text = (readings: number): string => `${readings.toLocaleString('en-US')} readings`;
  if (!process.stderr.isTTY) {
    let told = performance.now();
    return {
      update(share, readings) {
        if (performance.now() - told < LINE_EVERY_MS) return;
        told = performance.now();
        process.stderr.write(`${percentPrefix(share)}${text(readings)}\n`);
      },
      end() {},
    };
  }
  const bar = progressBar({ clears: true });
  bar.start(1000, 0, { text: '' });
  return {
    update: (share, readings) => bar.update(Math.floor((share ?? 0) * 1000), { text: text(readings) }),
    end: () => bar.stop(),
  };
}
