// @ts-check
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { post, said } from './api.js';
import { duration, percent, utc, value } from './format.js';
import { seriesAddress } from './route.js';
/** @import { AlertState } from '../status.ts' */

const DAY = 86_400_000;

/** What a reason means. */
const REASONS = new Map([
  ['surprise', 'is off its forecast by more than ever'],
  ['jump', 'has jumped'],
  ['flatline', 'says the same all the time'],
  ['novelty', 'does what it has not done before'],
  ['joint', 'has several channels that are off together'],
  ['silence', 'has fallen silent'],
]);

/** What each kind of evidence is called. */
const EVIDENCE = new Map([
  ['surprise', 'off its forecast'],
  ['jump', 'jump'],
  ['flatline', 'flatline'],
  ['novelty', 'new'],
]);

/**
 * Alerts, those that stand first, and what a person may say of them.
 *
 * @param {{ alerts: readonly AlertState[], now: number | null, most?: number, onChoose?: ((time: number) => void) | null }} props
 */
export function Alerts({ alerts, now, most = 6, onChoose = null }) {
  const [note, setNote] = useState('');
  const firing = alerts.filter(({ state }) => state === 'firing').length;
  return html`
    <section id="alerts-panel" class="panel" aria-labelledby="alerts-title">
      <h2 id="alerts-title">
        Alerts <span id="alerts-count" class="count">${firing === 0 ? '' : `${firing} now`}</span>
      </h2>
      ${
        alerts.length === 0
          ? html`<p class="empty-note">None: every series does what it has done before.</p>`
          : html`<ul id="alerts" class="items">
              ${alerts
                .slice(0, most)
                .map(
                  (alert) =>
                    html`<${Alert}
                      key=${alert.id}
                      alert=${alert}
                      now=${now ?? alert.time}
                      onSaid=${setNote}
                      onChoose=${onChoose}
                    />`,
                )}
            </ul>`
      }
      ${alerts.length > most && html`<p class="muted">and ${alerts.length - most} more</p>`}
      <p id="alerts-note" class="muted" role="status">${note}</p>
    </section>
  `;
}

/**
 * @param {{ alert: AlertState, now: number, onSaid: (note: string) => void, onChoose: ((time: number) => void) | null }} props - `onChoose`: where its series
 *   is shown already.
 */
function Alert({ alert, now, onSaid, onChoose }) {
  const { series, state, severity, channel, isMuted, time, since, evidence } = alert;
  const isOver = state === 'resolved' || state === 'dropped' || state === 'withdrawn';
  const over =
    state === 'withdrawn' ? 'none after all, by a late reading' : `over, after ${duration(time - since)}`;
  const how = isOver ? over : `for ${duration(Math.max(0, now - since))}`;
  /** @param {Event} event */
  const choose = (event) => {
    if (onChoose === null) return;
    event.preventDefault();
    onChoose(since);
  };
  const found = Object.entries(evidence).filter(([, odd]) => odd > 0);
  return html`
    <li class="item alert" data-tone=${isOver ? 'over' : severity}>
      <a class="item-link" href=${seriesAddress(series)} onClick=${choose}>
        <span class="item-time"
          >${utc(since)} UTC, ${how}${state === 'pending' ? ', pending' : ''}${isMuted ? ', muted' : ''}</span
        >
        <b class="item-name">${series}</b>
        <span class="item-text">${channel === '' ? '' : `(${channel}) `}${whatText(alert)}</span>
      </a>
      ${
        found.length > 0 &&
        html`<p class="evidence muted">
          How odd: ${found.map(([kind, odd]) => `${EVIDENCE.get(kind) ?? kind} ${percent(odd)}`).join(', ')}
        </p>`
      }
      ${
        !isOver &&
        html`<p class="acts">
          <${Act}
            text="It is a false one"
            label=${`It is a false one: the alert of ${series}`}
            path="feedback"
            body=${{ series, isTrue: false }}
            onSaid=${onSaid}
          />
          <${Act}
            text="Mute for a day"
            label=${`Mute for a day: ${series}`}
            path="mute"
            body=${{ series, until: now + DAY }}
            onSaid=${onSaid}
          />
        </p>`
      }
    </li>
  `;
}

/** @param {AlertState} alert */
function whatText({ reason, value: got, expected, nearest, nearestTime }) {
  const what = reason === '' ? 'has an alert from before this run' : (REASONS.get(reason) ?? reason);
  const instead = expected === null ? `, at ${value(got)}` : `: ${value(got)} instead of ${value(expected)}`;
  const before =
    nearest === null || nearestTime === null
      ? ''
      : `; nearest before: ${value(nearest)} at ${utc(nearestTime)}`;
  return `${what}${got === null ? '' : instead}${before}`;
}

/** @param {{ text: string, label: string, path: string, body: object, onSaid: (note: string) => void }} props */
function Act({ text, label, path, body, onSaid }) {
  const [isDone, setDone] = useState(false);
  async function act() {
    setDone(true);
    try {
      await post(`/api/alerts/${path}`, body);
      onSaid(`Noted: ${text.toLowerCase()}.`);
    } catch (error) {
      setDone(false);
      onSaid(`Not done: ${said(error)}`);
    }
  }
  return html`<button type="button" class="link" aria-label=${label} disabled=${isDone} onClick=${act}>
    ${text}
  </button>`;
}
