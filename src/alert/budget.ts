/**
 * A budget of alerts: there is one only for a stretch that is odder than what the series was before, so that there are no more than so many.
 *
 *     allowed = max(1, ⌈rate · min(T, window)⌉),   T: how long the series has been known
 *     alert   ⇔ fewer than `allowed` peaks of the window are as large
 *
 * 1. A peak is the largest score of a stretch that was odd enough for an alert, whether there was one or not: from `raise` until the score was below `clear`
 *    for `clearFor`. A stretch that is not over yet does not count: it is what is judged.
 * 2. So the threshold is the one with which the window's history would have kept the budget; the series itself says what is odd for it. The first stretch is within
 *    every budget, and so is one that is odder than all before.
 * 3. The window is a year, or as long as it takes for 16 alerts: no more peaks are kept, and of those the largest.
 */

/** Peaks that are kept. */
const PEAKS = 16;
const WEEK = 7 * 86_400_000;
const YEAR = 365 * 86_400_000;
const FIELD = { known: 0, began: 1, peak: 2, calmSince: 3, peaks: 4 } as const;

/** Numbers of one series' budget in Memory, float64: whether and when it was first seen, the stretch that is not over, and pairs of peak and time. */
export const BUDGET = FIELD.peaks + 2 * PEAKS;

/** What a stretch is, and how many alerts there may be. Durations in ms of event time. */
export interface BudgetRules {
  readonly raise: number;
  readonly clear: number;
  readonly clearFor: number;
  /** Alerts a week of 100 series. */
  readonly budget: number;
}

/**
 * Takes in the score of a reading.
 *
 * @param state `BUDGET` float64 from `at` on
 * @param time event time, ms
 * @param score in [0, 1], or NaN, which changes nothing
 * @returns whether an alert of the stretch that the reading belongs to is within the budget
 */
export function takeWithinBudget(
  state: Float64Array,
  at: number,
  time: number,
  score: number,
  rules: BudgetRules,
): boolean {
  if (Number.isNaN(score)) return false;
  const isFirst = state[at + FIELD.known] === 0;
  if (isFirst) state[at + FIELD.began] = time;
  state[at + FIELD.known] = 1;
  const rate = rules.budget / 100 / WEEK;
  const window = Math.min(YEAR, PEAKS / rate);
  const since = time - window;
  followStretch(state, at, time, score, rules, since);
  const allowed = Math.max(1, Math.ceil(rate * Math.min(time - state[at + FIELD.began]!, window)));
  return largerOrEqual(state, at, state[at + FIELD.peak]!, since) < allowed;
}

function followStretch(
  state: Float64Array,
  at: number,
  time: number,
  score: number,
  { raise, clear, clearFor }: BudgetRules,
  since: number,
): void {
  const peak = state[at + FIELD.peak]!;
  if (peak === 0) {
    if (score < raise || score === 0) return;
  } else if (score < clear) {
    if (Number.isNaN(state[at + FIELD.calmSince]!)) state[at + FIELD.calmSince] = time;
    if (time - state[at + FIELD.calmSince]! < clearFor) return;
    keepPeak(state, at + FIELD.peaks, peak, time, since);
    state[at + FIELD.peak] = 0;
    return;
  }
  state[at + FIELD.peak] = Math.max(peak, score);
  state[at + FIELD.calmSince] = NaN;
}

/** Puts a peak in the place of one that is past the window, else of the smallest, of these the oldest, if that is not larger. */
function keepPeak(state: Float64Array, peaks: number, peak: number, time: number, since: number): void {
  let least = peaks;
  for (let i = peaks; i < peaks + 2 * PEAKS; i += 2) {
    if (state[i + 1]! <= since) state[i] = 0;
    const [less, older] = [state[i]! - state[least]!, state[i + 1]! - state[least + 1]!];
    if (less < 0 || (less === 0 && older < 0)) least = i;
  }
  if (peak < state[least]!) return;
  state[least] = peak;
  state[least + 1] = time;
}

/** How many peaks after `since` are as large. */
function largerOrEqual(state: Float64Array, at: number, peak: number, since: number): number {
  let count = 0;
  for (let i = at + FIELD.peaks; i < at + BUDGET; i += 2)
    if (state[i]! > 0 && state[i]! >= peak && state[i + 1]! > since) count++;
  return count;
}
