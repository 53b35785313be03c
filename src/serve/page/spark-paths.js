// @ts-check
/** @import { FanColumns } from '../history.ts' */

const WIDTH = 160;
const HEIGHT = 28;
/** Share of the width that the fan has at most. */
const FAN = 0.4;

/**
 * The paths of a tiny chart of 160 × 28: the newest values as a line, the band of the forecasts as an area and the forecasts as a line.
 *
 * @param {readonly number[]} tail - The newest values, oldest first.
 * @param {FanColumns} fan
 * @param {number} lastTime - When the newest value came, ms.
 * @param {number | null} step - The distance between two values, ms.
 * @returns {{ line: string, band: string, next: string }}
 */
export function sparkPaths(tail, fan, lastTime, step) {
  if (tail.length === 0) return { line: '', band: '', next: '' };
  const steps = fan.time.map((time, i) => (step === null ? i + 1 : (time - lastTime) / step));
  const room = Math.max(1, ((tail.length - 1) * FAN) / (1 - FAN));
  const shown = steps.filter((one) => one <= room).length;
  const future = steps[shown - 1] ?? 0;
  const all = [...tail, ...fan.lo.slice(0, shown), ...fan.hi.slice(0, shown), ...fan.yhat.slice(0, shown)];
  const finite = all.filter(Number.isFinite);
  const low = Math.min(...finite);
  const range = Math.max(...finite) - low || 1;
  const wide = Math.max(1, tail.length - 1 + future);
  const point = (/** @type {number} */ i, /** @type {number} */ value) => {
    const x = 1 + (i / wide) * (WIDTH - 2);
    const y = HEIGHT - 2 - ((value - low) / range) * (HEIGHT - 4);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const path = (/** @type {string[]} */ points) => (points.length === 0 ? '' : `M${points.join('L')}`);
  const now = point(tail.length - 1, tail.at(-1) ?? 0);
  const at = (/** @type {readonly number[]} */ values) =>
    values
      .slice(0, shown)
      .flatMap((value, i) =>
        Number.isFinite(value) ? [point(tail.length - 1 + (steps[i] ?? 0), value)] : [],
      );
  const upper = at(fan.hi);
  const band = upper.length === 0 ? '' : `${path([now, ...upper, ...at(fan.lo).toReversed()])}Z`;
  return {
    line: path(tail.map((value, i) => point(i, value))),
    band,
    next: shown === 0 ? '' : path([now, ...at(fan.yhat)]),
  };
}
