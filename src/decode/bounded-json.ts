/** Levels that objects and arrays may be nested in one another. */
export const MOST_DEPTH = 64;

/**
 * Whether a value of parsed JSON is nested no deeper than 64 levels: what walks it may then call itself, and never comes to the end of the
 * stack.
 */
export function isShallow(value: unknown, levels: number = MOST_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  const inside: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return inside.every((each) => isShallow(each, levels - 1));
}
