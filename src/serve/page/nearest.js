// @ts-check

/**
 * The one of `times` that is nearest to `time`.
 *
 * @param {readonly number[]} times
 * @param {number | null} time
 * @returns {number | null}
 */
export function nearest(times, time) {
  if (time === null) return null;
  /** @type {number | null} */
  let found = null;
  for (const one of times) if (found === null || Math.abs(one - time) < Math.abs(found - time)) found = one;
  return found;
}
