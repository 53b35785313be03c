// @ts-check
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { post, said } from './api.js';
import { duration, utc } from './format.js';
import { isLong, speedText, speedsWith } from './speeds.js';
/** @import { ReplayStatus, RunStatus } from '../status.ts' */

/**
 * How far a run over history has come, and what makes it stand still and go on.
 *
 * @param {{ status: RunStatus }} props
 */
export function Replay({ status: { state, progress, eventTime, replay } }) {
  const [note, setNote] = useState('');
  const [wanted, setWanted] = useState(/** @type {string | null} */ (null));
  if (state !== 'running' || progress === null) return null;

  /** @param {object} action */
  async function act(action) {
    try {
      await post('/api/replay', action);
      setNote('');
    } catch (error) {
      setNote(`Not done: ${said(error)}`);
    }
    setWanted(null);
  }

  /** @param {Event} event */
  function onSpeed({ currentTarget }) {
    if (!(currentTarget instanceof HTMLSelectElement)) return;
    // until it is done the status is older than the wish
    setWanted(currentTarget.value);
    void act({ action: 'speed', speed: currentTarget.value });
  }

  return html`
    <div class="progress-row">
      <progress id="progress" max="1" value=${progress} aria-label="How much has been replayed"></progress>
      <span id="event-time">${whereText(replay, eventTime)}</span>
      ${
        replay !== null &&
        html`<div id="replay" class="replay" role="group" aria-label="Replay">
          <button
            id="replay-pause"
            class="button"
            type="button"
            onClick=${() => act({ action: replay.isPaused ? 'resume' : 'pause' })}
          >
            ${replay.isPaused ? 'Go on' : 'Pause replay'}
          </button>
          <button class="button" type="button" onClick=${() => act({ action: 'step' })}>Next reading</button>
          <label class="field"
            ><span>Speed</span>
            <select id="replay-speed" value=${wanted ?? replay.speed} onChange=${onSpeed}>
              ${speedsWith(wanted ?? replay.speed).map(
                (one) =>
                  html`<option key=${one} value=${one} selected=${one === (wanted ?? replay.speed)}>
                    ${speedText(one)}
                  </option>`,
              )}
            </select>
          </label>
          <span id="replay-note" role="status">${note}</span>
        </div>`
      }
    </div>
  `;
}

/**
 * @param {ReplayStatus | null} replay
 * @param {number | null} eventTime
 */
function whereText(replay, eventTime) {
  const at = replay?.position ?? eventTime;
  if (at === null) return '';
  const next = replay !== null && isLong(replay, at) ? `, next at ${utc(replay.next ?? at)}` : '';
  const left = replay?.secondsLeft ?? null;
  return `now at ${utc(at)} UTC${next}${left === null ? '' : `; ${duration(Math.ceil(left) * 1000)} left`}`;
}
