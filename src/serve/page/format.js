// @ts-check

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const digits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });
const tiny = new Intl.NumberFormat('en-US', { notation: 'scientific', maximumSignificantDigits: 3 });

/**
 * A number of things: `12,345`.
 *
 * @param {number} n
 */
export function count(n) {
  return whole.format(n);
}

/**
 * A measured value with four digits that count, never fewer than its whole part has; a dash where there is none.
 *
 * @param {number | null | undefined} v
 */
export function value(v) {
  if (v === null || v === undefined || !Number.isFinite(v)) return '–';
  const size = Math.abs(v);
  if (size >= 1000 && size < 1e9) return whole.format(v).replace('-', '−');
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return tiny.format(v).replace('-', '−');
  return digits.format(v).replace('-', '−');
}

/**
 * A share of 1 as a percentage: `91 %`; one decimal below 10 %.
 *
 * @param {number} share
 */
export function percent(share) {
  const hundredths = share * 100;
  return `${hundredths < 10 && hundredths > 0 ? hundredths.toFixed(1) : hundredths.toFixed(0)} %`;
}

/**
 * How fast: `412 readings/s`, `0.5 readings/s`.
 *
 * @param {number} perSecond
 */
export function rate(perSecond) {
  return `${perSecond < 10 ? String(Math.round(perSecond * 10) / 10) : whole.format(perSecond)} readings/s`;
}

/**
 * A number of bytes: `2.2 kB`.
 *
 * @param {number} n
 */
export function bytes(n) {
  if (n < 1000) return `${n} B`;
  if (n < 1e6) return `${(n / 1000).toFixed(n < 10_000 ? 1 : 0)} kB`;
  return `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} MB`;
}

/**
 * A length of time in its one or two largest units: `6 h`, `1 h 30 min`, `2 d`.
 *
 * @param {number} ms
 */
export function duration(ms) {
  /** @type {[number, string][]} */
  const units = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [SECOND, 's'],
  ];
  const largest = units.findIndex(([unit]) => ms >= unit);
  if (largest === -1) return `${Math.round(ms)} ms`;
  const [unit, name] = units[largest] ?? [SECOND, 's'];
  const first = Math.floor(ms / unit);
  const next = units[largest + 1];
  const second = next === undefined ? 0 : Math.round((ms - first * unit) / next[0]);
  return second === 0 || next === undefined ? `${first} ${name}` : `${first} ${name} ${second} ${next[1]}`;
}

/**
 * The name of a window of time, in weeks where it is whole weeks: `1 w`.
 *
 * @param {number} ms
 */
export function span(ms) {
  return ms % WEEK === 0 ? `${ms / WEEK} w` : duration(ms);
}

/**
 * How far ahead a horizon looks, in time where the step between readings is known: `6 h`, else in steps: `6 steps`.
 *
 * @param {string} h
 * @param {number | null} step
 */
export function ahead(h, step) {
  const steps = Number(h);
  if (!Number.isFinite(steps)) return h;
  if (step !== null) return duration(steps * step);
  return steps === 1 ? '1 step' : `${steps} steps`;
}

const dateTime = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/**
 * A moment: `Thu 14 Mar 2024, 06:00`, always in UTC; with seconds where they are not zero.
 *
 * @param {number} ms
 */
export function utc(ms) {
  const seconds = Math.floor(ms / SECOND) % 60;
  const text = dateTime.format(ms).replace(',', '');
  return seconds === 0 ? text : `${text}:${String(seconds).padStart(2, '0')}`;
}

/**
 * An error divided by a naive guess's error, in plain words: 0.77 is `23 % better`; `as good` within half a percent.
 *
 * @param {number | null} ratio
 */
export function against(ratio) {
  if (ratio === null) return 'not known yet';
  const gain = Math.round((1 - ratio) * 100);
  if (gain === 0) return 'as good';
  return gain > 0 ? `${gain} % better` : `${-gain} % worse`;
}
