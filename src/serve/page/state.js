// @ts-check
import { count, percent } from './format.js';
/** @import { RunStatus } from '../status.ts' */

/** @typedef {'connecting' | 'open' | 'lost'} Connection */

/**
 * How the run is, in two words and a tone.
 *
 * @typedef {{ text: string, tone: 'good' | 'busy' | 'quiet' | 'warn' | 'bad' }} State
 */

/** @type {Record<RunStatus['state'], State>} */
const STATES = {
  running: { text: 'Live', tone: 'good' },
  done: { text: 'Finished', tone: 'good' },
  stopping: { text: 'Stopping', tone: 'warn' },
  failed: { text: 'Failed', tone: 'bad' },
};

/**
 * What the pill says.
 *
 * @param {RunStatus | null} status
 * @param {Connection} connection
 * @returns {State}
 */
export function stateOf(status, connection) {
  if (connection === 'lost') return { text: 'Connection lost – reconnecting', tone: 'warn' };
  if (status === null) return { text: 'Connecting…', tone: 'quiet' };
  if (status.state === 'running' && status.progress !== null) {
    if (status.replay?.isPaused === true)
      return { text: `Paused at ${Math.floor(status.progress * 100)} %`, tone: 'warn' };
    return { text: `Replaying ${Math.floor(status.progress * 100)} %`, tone: 'busy' };
  }
  return STATES[status.state];
}

/**
 * One sentence that says what is being shown.
 *
 * @param {RunStatus} status
 */
export function sentence({ series, model: { cell, hidden }, nominalCoverage }) {
  let sensors = `${count(series)} sensors`;
  if (series === 0) sensors = 'the sensors';
  if (series === 1) sensors = 'one sensor';
  const article = cell === 'gru' ? 'a' : 'an';
  const band = nominalCoverage === null ? '' : `, with bands for ${percent(nominalCoverage)}`;
  return `What ${sensors} will show next, forecast by ${article} ${cell.toUpperCase()} of ${count(hidden)} units${band}.`;
}
