/**
 * When the score of a channel becomes an alert, and when that is over. All times are event time, ms.
 *
 *     quiet ──score ≥ raise──▶ pending ──for `holdFor`──▶ firing ──score < clear for `clearFor`──▶ quiet
 *                                 └──score < raise──▶ quiet
 *
 * 1. With a `holdFor` of 0 a reading that raises it fires at once. Between `clear` and `raise` nothing changes: a score that trembles about one of
 *    them makes no two alerts.
 * 2. After an alert nothing is raised for `cooldown`, and nothing during the first `warmUp` readings.
 * 3. One that has fired `flaps` times within `flapWithin` flaps: it stays firing until its score was below `clear` for `flapWithin`.
 * 4. A reading that says nothing (NaN) changes nothing, and neither does the time that passes without one. When the series is given up, so is its alert:
 *    see `endAlert`.
 */

/** Numbers of one channel's alert in Memory, float64: see `FIELD`. */
export const ALERT = 8;
const FIELD = {
  phase: 0,
  since: 1,
  calmSince: 2,
  peak: 3,
  endedAt: 4,
  readings: 5,
  flaps: 6,
  flappedAt: 7,
} as const;

/** Phases. */
export const QUIET = 0;
export const PENDING = 1;
export const FIRING = 2;

/** What a reading has changed. */
export type Turn = 'pending' | 'dropped' | 'firing' | 'resolved';

/** When alerts begin and end; durations in ms of event time. */
export interface AlertRules {
  readonly raise: number;
  readonly clear: number;
  readonly holdFor: number;
  readonly clearFor: number;
  readonly cooldown: number;
  readonly warmUp: number;
  readonly flaps: number;
  readonly flapWithin: number;
}

/**
 * Takes in the score of a reading.
 *
 * @param state `ALERT` float64 from `at` on
 * @param score in [0, 1], or NaN
 * @param bar what the score has to reach in place of `raise`, where that is more
 * @returns what has changed: at most one thing, but with `holdFor` 0 an alert is never pending
 */
export function stepAlert(
  state: Float64Array,
  at: number,
  time: number,
  score: number,
  rules: AlertRules,
  bar = rules.raise,
): Turn | undefined {
  if (Number.isNaN(score)) return undefined;
  const readings = (state[at + FIELD.readings] = Math.min(
    state[at + FIELD.readings]! + 1,
    Number.MAX_SAFE_INTEGER,
  ));
  const isHigh = score >= Math.max(rules.raise, bar);
  switch (state[at + FIELD.phase]) {
    case QUIET: {
      const endedAt = state[at + FIELD.endedAt]!;
      const isCooling = endedAt !== 0 && time - endedAt < rules.cooldown;
      if (!isHigh || readings <= rules.warmUp || isCooling) return undefined;
      state[at + FIELD.phase] = PENDING;
      state[at + FIELD.since] = time;
      state[at + FIELD.peak] = score;
      return rules.holdFor > 0 ? 'pending' : fire(state, at, time, rules);
    }
    case PENDING:
      if (!isHigh) {
        state[at + FIELD.phase] = QUIET;
        return 'dropped';
      }
      state[at + FIELD.peak] = Math.max(state[at + FIELD.peak]!, score);
      return time - state[at + FIELD.since]! >= rules.holdFor ? fire(state, at, time, rules) : undefined;
    default:
      return keep(state, at, time, score, rules);
  }
}

function fire(state: Float64Array, at: number, time: number, { flapWithin }: AlertRules): Turn {
  const isRecent = time - state[at + FIELD.flappedAt]! < flapWithin;
  state[at + FIELD.flaps] = isRecent ? state[at + FIELD.flaps]! + 1 : 1;
  if (!isRecent) state[at + FIELD.flappedAt] = time;
  state[at + FIELD.phase] = FIRING;
  state[at + FIELD.calmSince] = NaN;
  return 'firing';
}

function keep(
  state: Float64Array,
  at: number,
  time: number,
  score: number,
  rules: AlertRules,
): Turn | undefined {
  state[at + FIELD.peak] = Math.max(state[at + FIELD.peak]!, score);
  if (score >= rules.clear) {
    state[at + FIELD.calmSince] = NaN;
    return undefined;
  }
  if (Number.isNaN(state[at + FIELD.calmSince]!)) state[at + FIELD.calmSince] = time;
  const needed = isFlapping(state, at, rules) ? Math.max(rules.clearFor, rules.flapWithin) : rules.clearFor;
  if (time - state[at + FIELD.calmSince]! < needed) return undefined;
  state[at + FIELD.phase] = QUIET;
  state[at + FIELD.endedAt] = time;
  return 'resolved';
}

/** Nothing more comes: what is pending or firing is over. @returns what has changed */
export function endAlert(state: Float64Array, at: number, time: number): Turn | undefined {
  const phase = state[at + FIELD.phase];
  if (phase === QUIET) return undefined;
  state[at + FIELD.phase] = QUIET;
  if (phase === PENDING) return 'dropped';
  state[at + FIELD.endedAt] = time;
  return 'resolved';
}

/** Whether the alert comes and goes. */
export function isFlapping(state: Float64Array, at: number, { flaps }: AlertRules): boolean {
  return state[at + FIELD.flaps]! >= flaps;
}

/** Where the alert stands. */
export function phaseOf(state: Float64Array, at: number): number {
  return state[at + FIELD.phase]!;
}

/** When what is pending or firing, or was the last to be, was raised; 0: nothing ever was. With its series it is the alert's name, the same in every run. */
export function sinceOf(state: Float64Array, at: number): number {
  return state[at + FIELD.since]!;
}

/** The largest score since then. */
export function peakOf(state: Float64Array, at: number): number {
  return state[at + FIELD.peak]!;
}
