/** From the first to the last row of a labelled anomaly, by their times, both of them within: ms since 1970. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** A detector's scores of one file: as many times as scores, one of each row in the file's order. */
export interface ScoredFile {
  /** CATEGORY/NAME.csv */
  readonly name: string;
  /** [rows] ms since 1970; a file may repeat a time, or go back. */
  readonly time: Float64Array;
  /** [rows] the higher, the more anomalous; finite. */
  readonly score: Float64Array;
  /** In the order of time, without overlap. */
  readonly windows: readonly Window[];
}

/** Share of a file's rows that a detector may learn from before it is judged, and the most rows that these are. */
const PROBATION = 0.15;
const MOST_PROBATION = 750;

/** Rows at the beginning of a file that are not judged: 15 %, at most 750. */
export function probationOf(rows: number): number {
  return Math.min(Math.floor(PROBATION * rows), MOST_PROBATION);
}

/** How an alert at one row is judged, before any profile weighs it. */
export interface Judged {
  readonly score: number;
  /** Number of the window that the row lies in; -1: in none, so that an alert there is a false one. */
  readonly window: number;
  /** In a window: 1 at its first row, falling to 0 after its last. Outside: from 0 just after a window down to -1, which is also that of rows before any. */
  readonly gain: number;
}

/**
 * σ_A, what an alert at a place is worth: 2 / (1 + e^5y) − 1, and −1 beyond y = 3 (A. Lavin, S. Ahmad, "Evaluating real-time anomaly detection
 * algorithms: the Numenta anomaly benchmark", 2015, arXiv 1510.03336, eq. 1).
 *
 * @param y in a window from −1 at its first row to nearly 0 at its last; after it rows since its last one over its rows less one
 */
export function scaledSigmoid(y: number): number {
  return y > 3 ? -1 : 2 / (1 + Math.exp(5 * y)) - 1;
}

/**
 * The rows of a file after its probation. The gain of a false alert goes by the nearest window before it, whether that was found or not.
 *
 * @throws Error where the file has no rows with the times at which a window begins and ends
 */
export function judged({ name, time, score, windows }: ScoredFile): Judged[] {
  const probation = probationOf(time.length);
  const spans = windows.map(({ from, to }) => {
    const span = { first: time.indexOf(from), last: time.indexOf(to) };
    if (span.first < 0 || span.last < span.first)
      throw new Error(
        `${name}: expected rows at ${new Date(from).toISOString()} and, after it, ${new Date(to).toISOString()}, where a window begins and ends`,
      );
    return span;
  });
  const out: Judged[] = [];
  for (let row = probation; row < time.length; row++) {
    const window = spans.findIndex(({ first, last }) => first <= row && row <= last);
    const within = spans[window];
    const before = spans.findLast(({ last }) => last < row);
    const gain = within
      ? scaledSigmoid(-(within.last - row + 1) / (within.last - within.first + 1)) / scaledSigmoid(-1)
      : before
        ? scaledSigmoid((row - before.last) / (before.last - before.first))
        : -1;
    out.push({ score: score[row]!, window, gain });
  }
  return out;
}
