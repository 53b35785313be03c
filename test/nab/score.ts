import type { Profile } from './profiles.ts';
import { judged, type ScoredFile } from './windows.ts';

/** What a detector reaches over some files with one threshold: an alert is a row whose score is at least that. */
export interface NabScore {
  readonly threshold: number;
  /** 100 of a detector that alerts at the first row of each window and nowhere else, 0 of one that never does; below 0 where false alerts cost more than it finds. NaN without windows. */
  readonly score: number;
  /** How much more than never alerting it is worth, in what a found window pays. */
  readonly gained: number;
  /** Windows in which there was an alert, and all. */
  readonly found: number;
  readonly windows: number;
  /** Rows outside windows with an alert. */
  readonly falseAlerts: number;
}

/**
 * The score of the Numenta Anomaly Benchmark (arXiv 1510.03336) over some files: of each window only the best alert counts, which is the first;
 * each false alert costs; a missed window costs. A window that lies wholly in the probation counts for nothing.
 */
export class NabScorer {
  /** Of all files, from the highest score down; windows are numbered through all of them. */
  readonly #rows: readonly { readonly score: number; readonly window: number; readonly gain: number }[];
  readonly #windows: number;

  /** @throws Error where a window is at no rows of its file, or a score is not finite */
  constructor(files: readonly ScoredFile[]) {
    let windows = 0;
    const rows = files.flatMap((file) => {
      const numbers = new Map<number, number>();
      return judged(file).map(({ score, window, gain }) => {
        if (!Number.isFinite(score)) throw new Error(`${file.name}: expected finite scores, got ${score}`);
        if (window >= 0 && !numbers.has(window)) numbers.set(window, windows++);
        return { score, window: numbers.get(window) ?? -1, gain };
      });
    });
    this.#rows = rows.toSorted((a, b) => b.score - a.score);
    this.#windows = windows;
  }

  /** The score with a given threshold. */
  at(threshold: number, profile: Profile): NabScore {
    let reached = this.#told(threshold, 0, 0, 0, profile);
    for (const step of this.#steps(profile)) {
      if (step.threshold < threshold) break;
      reached = { ...step, threshold };
    }
    return reached;
  }

  /** The score with the threshold that gives the highest; of equally good ones the highest. Infinity: no alert at all is best. */
  best(profile: Profile): NabScore {
    let best = this.#told(Infinity, 0, 0, 0, profile);
    for (const step of this.#steps(profile)) if (step.gained > best.gained) best = step;
    return best;
  }

  /** The score of each threshold that makes a difference, from the highest down. */
  *#steps(profile: Profile): Generator<NabScore> {
    const { found: pays, falseAlert: costs, missed } = profile;
    const gains = new Float64Array(this.#windows).fill(-missed / pays);
    let [gained, found, falseAlerts] = [0, 0, 0];
    for (const [i, { score, window, gain }] of this.#rows.entries()) {
      if (window < 0) {
        falseAlerts++;
        gained += costs * gain;
      } else if (gain > gains[window]!) {
        if (gains[window]! < 0) found++;
        gained += pays * (gain - gains[window]!);
        gains[window] = gain;
      }
      if (this.#rows[i + 1]?.score !== score) yield this.#told(score, gained, found, falseAlerts, profile);
    }
  }

  #told(
    threshold: number,
    gained: number,
    found: number,
    falseAlerts: number,
    { found: pays, missed }: Profile,
  ): NabScore {
    const windows = this.#windows;
    const perfect = windows * (pays + missed);
    return { threshold, score: (100 * gained) / perfect, gained, found, windows, falseAlerts };
  }
}
