import type { Reason } from '../detect/judge.ts';
import { FULL } from '../detect/rarity.ts';
import type { ToldAlert } from './told-alert.ts';

/** What is said to be rare, by the reason of an alert. */
const RARE: Readonly<Record<Exclude<Reason, 'novelty'>, string>> = {
  surprise: 'the error of the forecast',
  jump: 'such a change from one reading to the next',
  flatline: 'the same value for so long',
  joint: 'what several channels do together',
  silence: 'that nothing comes for so long',
};

/** N of "one in N": 10¹, 10², …. */
const ONE_IN = [
  'ten',
  '100',
  '1,000',
  '10,000',
  '100,000',
  'a million',
  'ten million',
  '100 million',
  'a billion',
  'ten billion',
  '100 billion',
  'a trillion',
] as const;

/** What an alert is called where there is room for a line: `machine-temperature: surprise`. */
export function titleOf({ series, channel, reason }: ToldAlert): string {
  return `${series}${channel === '' ? '' : ` (${channel})`}: ${reason}`;
}

/**
 * Why there is an alert, since when, what came and what was expected, as a sentence or two without a full stop.
 *
 * @example
 * inWords(alert); // the error of the forecast is rarer than one in a million: got 61.2, expected 88.4 (80.1 to 95.7); since 2014-02-07 03:50 UTC
 */
export function inWords(alert: ToldAlert): string {
  const { state, isWithdrawn, value, expected, lo, hi, nearest, nearestTime, since, time } = alert;
  const told = [
    ...(value === null ? [] : [`got ${short(value)}`]),
    ...(expected === null ? [] : [`expected ${short(expected)}${band(lo, hi)}`]),
    ...(nearest === null || nearestTime === null
      ? []
      : [`nearest before ${short(nearest)} at ${moment(nearestTime)}`]),
  ].join(', ');
  const when = isWithdrawn
    ? `since ${moment(since)}: withdrawn, a late reading makes it none`
    : state === 'resolved'
      ? `from ${moment(since)} to ${moment(time)}: over`
      : `since ${moment(since)}`;
  return `${whyOf(alert)}${told && `: ${told}`}; ${when}`;
}

/** What was odd, and how much. Novelty is a distance: how rare it is nobody says. */
function whyOf({ reason, score }: ToldAlert): string {
  if (reason === 'novelty') return 'nothing like it has come before';
  const power = Math.min(FULL, ONE_IN.length, Math.max(1, Math.floor(score * FULL + 1e-9)));
  // a reason that a later version has
  const rare = (RARE as Readonly<Record<string, string>>)[reason] ?? reason;
  return `${rare} is rarer than one in ${ONE_IN[power - 1]}`;
}

/** An instant of event time for people, to the minute: `2014-02-07 03:50 UTC`. */
export function moment(time: number): string {
  const iso = isoOf(time);
  return `${iso.slice(0, -8).replace('T', ' ')} UTC`;
}

/** An instant of event time for programs. */
export function isoOf(time: number): string {
  return new Date(time).toISOString();
}

function band(lo: number | null, hi: number | null): string {
  return lo === null || hi === null ? '' : ` (${short(lo)} to ${short(hi)})`;
}

/** Four digits that count. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
