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
