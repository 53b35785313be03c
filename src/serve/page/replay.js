// @ts-check
import { post } from './api.js';
import { need, setText } from './dom.js';
import { count, duration, utc } from './format.js';
/** @import { ReplayStatus, RunStatus } from '../status.ts' */

const row = need('progress-row', HTMLElement);
const progress = need('progress', HTMLProgressElement);
const controls = need('replay', HTMLElement);
const pause = need('replay-pause', HTMLButtonElement);
const step = need('replay-step', HTMLButtonElement);
const speed = need('replay-speed', HTMLSelectElement);
const note = need('replay-note', HTMLElement);

/** What is offered, as the command line writes it. */
const SPEEDS = ['0.5x', '1x', '10x', '60x', '600x', '3600x', '36000x', '360000x', 'max'];

/** ms of the wall clock */
const LONG = 5000;

let isPaused = false;
/** Commands under way: the status is older than they are. */
let underWay = 0;

/**
 * How far a run over history has come, and what makes it stand still and go on.
 *
 * @param {RunStatus} status
 */
export function showReplay({ state, progress: share, eventTime, replay }) {
  row.hidden = state !== 'running' || share === null;
  progress.value = share ?? 0;
  controls.hidden = replay === null;
  setText(need('event-time', HTMLElement), whereText(replay, eventTime));
  if (replay === null) return;
  isPaused = replay.isPaused;
  setText(pause, isPaused ? 'Go on' : 'Pause replay');
  if (underWay === 0) showSpeed(replay.speed);
}

/**
 * @param {ReplayStatus | null} replay
 * @param {number | null} eventTime
 */
function whereText(replay, eventTime) {
  const at = replay?.position ?? eventTime;
  if (at === null) return '';
  const ahead = replay !== null && isLong(replay, at) ? `, next at ${utc(replay.next ?? at)}` : '';
  const left = replay?.secondsLeft ?? null;
  return `now at ${utc(at)} UTC${ahead}${left === null ? '' : `; ${duration(Math.ceil(left) * 1000)} left`}`;
}

/**
 * Whether a person waits for the next reading, and may want to step to it.
 *
 * @param {ReplayStatus} replay
 * @param {number} at
 */
function isLong({ next, speed: now, isPaused: isStill }, at) {
  return next !== null && (isStill || (next - at) / factor(now) > LONG);
}

/** @param {string} now */
function showSpeed(now) {
  const wanted = SPEEDS.includes(now) ? SPEEDS : [...SPEEDS, now].toSorted((a, b) => factor(a) - factor(b));
  if (wanted.join() !== Array.from(speed.options, ({ value }) => value).join())
    speed.replaceChildren(...wanted.map((one) => new Option(speedText(one), one)));
  speed.value = now;
}

/** @param {string} text */
function factor(text) {
  return text === 'max' ? Infinity : Number.parseFloat(text);
}

/** @param {string} text */
function speedText(text) {
  if (text === 'max') return 'as fast as it goes';
  if (text === '1x') return 'as it was';
  const times = factor(text);
  return `${times < 1 ? times : count(times)} times`;
}

/** @param {object} action */
function act(action) {
  underWay += 1;
  post('/api/replay', action)
    .then(
      () => setText(note, ''),
      (error) => setText(note, `Not done: ${error instanceof Error ? error.message : String(error)}`),
    )
    .finally(() => {
      underWay -= 1;
    });
}

pause.addEventListener('click', () => act({ action: isPaused ? 'resume' : 'pause' }));
step.addEventListener('click', () => act({ action: 'step' }));
speed.addEventListener('change', () => act({ action: 'speed', speed: speed.value }));
