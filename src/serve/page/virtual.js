// @ts-check

/** Rows that are drawn beyond each end of what is seen. */
const BEYOND = 6;
/** Rows that are fetched beyond each end. */
const AHEAD = 40;
/** A fetch begins at a multiple of this, so that a little scrolling fetches nothing. */
const STEP = 20;

/**
 * Which rows of a long list are drawn.
 *
 * @param {{ top: number, height: number, row: number, length: number }} list - Where it is scrolled to, its height and that of a row, in CSS pixels; rows.
 * @returns {{ first: number, last: number }} The last is not drawn any more.
 */
export function drawn({ top, height, row, length }) {
  const first = Math.max(0, Math.floor(top / row) - BEYOND);
  const last = Math.min(length, Math.ceil((top + height) / row) + BEYOND);
  return { first: Math.min(first, last), last };
}

/**
 * Which rows are fetched for those that are drawn.
 *
 * @param {{ first: number, last: number }} rows
 * @returns {{ offset: number, limit: number }}
 */
export function fetched({ first, last }) {
  const offset = Math.max(0, Math.floor((first - AHEAD) / STEP) * STEP);
  return { offset, limit: Math.min(500, Math.ceil((last + AHEAD - offset) / STEP) * STEP) };
}

/**
 * Where the list has to be scrolled to so that a row is seen whole.
 *
 * @param {{ top: number, height: number, row: number }} list
 * @param {number} index
 */
export function scrolledTo({ top, height, row }, index) {
  if (index * row < top) return index * row;
  if ((index + 1) * row > top + height) return (index + 1) * row - height;
  return top;
}
