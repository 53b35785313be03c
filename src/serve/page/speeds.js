// @ts-check
import { count } from './format.js';
/** @import { ReplayStatus } from '../status.ts' */

/** What is offered, as the command line writes it. */
const SPEEDS = ['0.5x', '1x', '10x', '60x', '600x', '3600x', '36000x', '360000x', 'max'];

/** ms of the wall clock */
const LONG = 5000;

/**
 * What is offered, and the present speed among it.
 *
 * @param {string} speed
 */
export function speedsWith(speed) {
  return SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed].toSorted((a, b) => factor(a) - factor(b));
}

/** @param {string} speed */
export function speedText(speed) {
  if (speed === 'max') return 'as fast as it goes';
  if (speed === '1x') return 'as it was';
  const times = factor(speed);
  return `${times < 1 ? times : count(times)} times`;
}

/**
 * Whether a person waits for the next reading, and may want to step to it.
 *
 * @param {ReplayStatus} replay
 * @param {number} at
 */
export function isLong({ next, speed, isPaused }, at) {
  return next !== null && (isPaused || (next - at) / factor(speed) > LONG);
}

/** @param {string} speed */
function factor(speed) {
  return speed === 'max' ? Infinity : Number.parseFloat(speed);
}
