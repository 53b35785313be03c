/** A regular grid, anchored at 1970-01-01T00:00Z + offset; both whole ms. Interval k is [k × every + offset, (k + 1) × every + offset). */
export interface Grid {
  readonly every: number;
  readonly offset: number;
}

/** The interval that an instant lies in, exactly. */
export function intervalOf(time: number, { every, offset }: Grid): number {
  const k = Math.floor((time - offset) / every);
  // the difference, just below a whole step, may have been rounded up to it
  return k * every + offset > time ? k - 1 : k;
}

/** Start of interval k, ms. */
export function startOf(k: number, { every, offset }: Grid): number {
  return k * every + offset;
}
