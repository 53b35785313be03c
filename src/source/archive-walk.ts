import { ForetideError } from '../errors.ts';
import type { Archive, ArchivedReading, Extent } from './archive.ts';

/** Most readings that are asked for at once, unless more stand at one instant. */
export const MOST = 32_768;

/** How long the first stretch is, ms. */
const BEGINNING = 60_000;
/** The shortest stretch, ms: what a float64 of every time up to the year 2262 can be moved by exactly. */
const SHORTEST = 1 / 256;
/** Most that a stretch may be longer than the one before. */
const GROWTH = 8;

/**
 * Reads an archive in order of time and series, one stretch of time after the other, so that neither side ever has to hold or sort
 * the whole of it.
 *
 * 1. A stretch is counted before it is read; it is shortened until it has at most 32,768 readings, and then the next one is chosen by
 *    how dense this one was. Time without readings is jumped over.
 * 2. What is skipped is counted, not read.
 *
 * @param skip readings at the beginning that are left out
 * @throws ForetideError STATE_MISMATCH where there are fewer than `skip`
 */
export async function* walk(
  archive: Archive,
  extent: Extent,
  skip: number,
): AsyncGenerator<readonly ArchivedReading[]> {
  const end = extent.last + SHORTEST;
  let at = extent.first;
  let length = BEGINNING;
  let left = skip;
  while (at < end) {
    const to = Math.min(at + length, end);
    const count = await archive.count(at, to);
    const most = Math.max(MOST, left);
    if (count > most && to - at > SHORTEST) {
      length = Math.max(SHORTEST, Math.min((to - at) / 2, ((to - at) * most) / count));
      continue;
    }
    if (count <= left) {
      left -= count;
    } else {
      const readings = await archive.read(at, to);
      yield left === 0 ? readings : readings.slice(left);
      left = 0;
    }
    at = to;
    length = Math.max(SHORTEST, Math.min(length * GROWTH, (length * most) / (2 * Math.max(1, count))));
    if (count > 0 || at >= end) continue;
    const next = await archive.first(at, end);
    if (next === undefined) break;
    at = Math.max(at, next);
  }
  if (left > 0) throw shrunk(archive.name, skip, skip - left);
}

/** What a position beyond the end means. */
export function shrunk(where: string, position: number, kept: number): ForetideError {
  return new ForetideError('STATE_MISMATCH', {
    what: 'The state is further on than what is kept',
    expected: `at least ${position} readings, of which it has seen as many`,
    got: `${kept}`,
    where,
    todo: 'Take the from, to and series that the state was made with, or start with --fresh; what retention removes moves every position.',
  });
}
