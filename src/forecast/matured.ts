import { cut, FAR } from './base.ts';

/** What has come true with a reading of the forecast to one horizon; NaN where it was not forecast. */
export interface Matured {
  /** y less the value that it was forecast from. */
  readonly change: number;
  /** y less the forecast. */
  readonly error: number;
  /** The change in units, for what learns from it; NaN where the series has not had forecasts of its own for so long. */
  readonly moved: number;
}

const NOTHING: Matured = { change: NaN, error: NaN, moved: NaN };

/**
 * Holds the value y of step `index` against the forecast of h steps before.
 *
 * This is the reference of the kernel's `matured`, which does the work: the same numbers in the same order.
 *
 * @param stamp number of the step that the forecast's place in the rings holds
 * @param value what was observed at that step
 * @param move the movement that was forecast there, in units
 * @param age readings since the series has forecasts of its own; 0: nothing learns from this one
 */
export function matured(
  h: number,
  index: number,
  y: number,
  unit: number,
  age: number,
  stamp: number,
  value: number,
  move: number,
): Matured {
  if (index <= h || stamp !== index - h) return NOTHING;
  const change = y - value;
  return { change, error: change - unit * move, moved: age > h ? cut(change / unit, FAR) : NaN };
}
