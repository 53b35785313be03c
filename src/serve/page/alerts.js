// @ts-check
import { post } from './api.js';
import { element, need, setText } from './dom.js';
import { duration, utc, value } from './format.js';
/** @import { AlertState, RunStatus } from '../status.ts' */

const panel = need('alerts-panel', HTMLElement);
const target = need('alerts', HTMLElement);
const note = need('alerts-note', HTMLElement);

/** Alerts in the list. */
const MOST = 8;
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

let shown = '';

/**
 * The alerts of the run, those that stand first; choosing one shows its series.
 *
 * @param {RunStatus} status
 * @param {(series: string) => void} onChoose
 */
export function showAlerts({ alerts, eventTime }, onChoose) {
  panel.hidden = alerts === null;
  const key = JSON.stringify(alerts);
  if (alerts === null || key === shown) return;
  shown = key;
  const firing = alerts.filter(({ state }) => state === 'firing').length;
  setText(need('alerts-count', HTMLElement), firing === 0 ? '' : `${firing} now`);
  if (alerts.length === 0) {
    target.replaceChildren(element('p', 'empty-note', 'None: every series does what it has done before.'));
    return;
  }
  const items = alerts.slice(0, MOST).map((alert) => item(alert, eventTime ?? alert.time, onChoose));
  target.replaceChildren(element('ul', 'anomaly-list', ...items));
}

/**
 * @param {AlertState} alert
 * @param {number} now
 * @param {(series: string) => void} onChoose
 */
function item(alert, now, onChoose) {
  const { series, state, severity, reason, channel, isMuted, time, since, value: got, expected } = alert;
  const isOver = state === 'resolved' || state === 'dropped' || state === 'withdrawn';
  const what = reason === '' ? 'has an alert from before this run' : (REASONS.get(reason) ?? reason);
  const numbers =
    got === null
      ? ''
      : expected === null
        ? `, at ${value(got)}`
        : `: ${value(got)} instead of ${value(expected)}`;
  const { nearest, nearestTime } = alert;
  const before =
    nearest === null || nearestTime === null
      ? ''
      : `; nearest before: ${value(nearest)} at ${utc(nearestTime)}`;
  const how = isOver ? `over, after ${duration(time - since)}` : `for ${duration(Math.max(0, now - since))}`;
  const button = element(
    'button',
    'anomaly',
    element('span', 'anomaly-time', `${utc(since)} UTC, ${how}${isMuted ? ', muted' : ''}`),
    element('b', 'anomaly-value', series),
    element('span', 'alert-what', `${channel === '' ? '' : `(${channel}) `}${what}${numbers}${before}`),
  );
  button.type = 'button';
  button.addEventListener('click', () => onChoose(series));
  const made = element('li', 'alert', button);
  made.dataset['tone'] = isOver ? 'over' : severity;
  if (!isOver) made.append(...acts(alert, now));
  return made;
}

/**
 * What a person may say of an alert.
 *
 * @param {AlertState} alert
 * @param {number} now
 */
function acts({ series }, now) {
  return [
    act('It is a false one', `Say that the alert of ${series} is false`, 'feedback', {
      series,
      isTrue: false,
    }),
    act('Mute for a day', `Tell nobody of ${series} for a day`, 'mute', { series, until: now + DAY }),
  ];
}

/**
 * @param {string} text
 * @param {string} label
 * @param {string} path
 * @param {object} body
 */
function act(text, label, path, body) {
  const button = element('button', 'link', text);
  button.type = 'button';
  button.setAttribute('aria-label', label);
  button.addEventListener('click', () => {
    button.disabled = true;
    post(`/api/alerts/${path}`, body).then(
      () => setText(note, `Noted: ${text.toLowerCase()}.`),
      (error) => {
        button.disabled = false;
        setText(note, `Not done: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
  });
  return button;
}
