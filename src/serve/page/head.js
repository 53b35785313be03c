// @ts-check
import { need, setText } from './dom.js';
import { rate } from './format.js';
import { showReplay } from './replay.js';
import { sentence, stateOf } from './state.js';
/** @import { RunStatus } from '../status.ts' */
/** @import { Connection } from './state.js' */

const pill = need('pill', HTMLElement);
const notice = need('notice', HTMLElement);

/**
 * The head of the page: what it is, and whether it is well.
 *
 * @param {RunStatus | null} status
 * @param {Connection} connection
 */
export function showHead(status, connection) {
  const { text, tone } = stateOf(status, connection);
  setText(pill, text);
  pill.dataset['tone'] = tone;
  document.body.classList.toggle('stale', connection === 'lost');
  if (status === null) return;
  const isMoving = status.state === 'running' && connection === 'open';
  setText(need('pipeline', HTMLElement), status.pipeline);
  setText(need('rate', HTMLElement), isMoving ? rate(status.readingsPerSecond) : '');
  setText(need('sentence', HTMLElement), sentence(status));
  document.title = `${text} · ${status.pipeline} · Foretide`;
  notice.hidden = status.message === '';
  notice.dataset['tone'] = status.state === 'failed' ? 'bad' : 'quiet';
  setText(notice, status.message);
  showReplay(status);
}
