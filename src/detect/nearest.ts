import type { View } from '../memory/arena.ts';

/** The moments next to a value on both sides; −1: there is none. */
export interface Beside {
  readonly below: number;
  readonly above: number;
}

/**
 * Those of n numbers that are next to x. Whatever the scale, as long as it keeps the order, the nearest of all is one of the two.
 *
 * @param at index of the first of them in f32
 * @param below largest that is at most x, `above` smallest that is larger; of equal ones the first
 */
export function beside({ f32 }: Pick<View, 'f32'>, at: number, n: number, x: number): Beside {
  let [below, above] = [-1, -1];
  let [lower, upper] = [-Infinity, Infinity];
  for (let i = 0; i < n; i++) {
    const y = f32[at + i]!;
    if (y <= x) {
      if (y > lower) [below, lower] = [i, y];
    } else if (y < upper) [above, upper] = [i, y];
  }
  return { below, above };
}

/** A remembered moment and how far away it is; −1 and 0: there is none. */
export interface Nearest {
  readonly moment: number;
  readonly distance: number;
}

/**
 * Which of n points is nearest to (x, y), of equally near ones the first.
 *
 * @param xs index of their first co-ordinates in f32, ys of their second
 * @param width what counts as 1 along x, height along y; 0: all are at one place along it
 */
export function nearestPoint(
  { f32 }: Pick<View, 'f32'>,
  xs: number,
  ys: number,
  n: number,
  x: number,
  y: number,
  width: number,
  height: number,
): Nearest {
  const perX = width > 0 ? 1 / width : 0;
  const perY = height > 0 ? 1 / height : 0;
  let moment = -1;
  let least = Infinity;
  for (let i = 0; i < n; i++) {
    const dx = (x - f32[xs + i]!) * perX;
    const dy = (y - f32[ys + i]!) * perY;
    const square = dx * dx + dy * dy;
    if (square < least) {
      least = square;
      moment = i;
    }
  }
  return { moment, distance: moment < 0 ? 0 : Math.sqrt(least) };
}
