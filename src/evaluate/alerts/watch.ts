import { ALERT, type AlertRules, stepAlert } from '../../alert/machine.ts';
import type { Alerted } from '../../alert/alert.ts';
import type { AlertTurn } from '../../alert/turn.ts';
import type { Judged } from '../../detect/judge.ts';
import type { Silences } from '../../detect/silence.ts';
import type { Frame } from '../../frame.ts';

/** What was seen of one series. */
export interface WatchedSeries {
  readonly series: string;
  readonly partition: number;
  /** Times of everything that was judged, ms: readings, and looks at a silent series. */
  readonly time: number[];
  /** How odd each was; NaN where nothing was said. */
  readonly oddness: number[];
  readonly turns: AlertTurn[];
}

/** Takes in the frames of an evaluation: how odd every reading was, and which alerts there were. */
export class AlertWatch {
  readonly #series = new Map<string, WatchedSeries>();

  /** Whether the pipeline gives alerts at all. */
  sees = false;

  take(partition: number, frame: Frame & Partial<Judged & Silences & Alerted>): void {
    const { length: n, name, time, oddness, silent = [], alerts } = frame;
    if (!oddness || !alerts) return;
    this.sees = true;
    let next = 0;
    const noteSilent = (after: number): void => {
      for (; next < silent.length && silent[next]!.after <= after; next++) {
        const one = silent[next]!;
        this.#note(partition, one.name, one.time, one.score);
      }
    };
    noteSilent(-1);
    for (let i = 0; i < n; i++) {
      this.#note(partition, name[i]!, time[i]!, oddness[i]!);
      noteSilent(i);
    }
    for (const turn of alerts) this.#of(partition, turn.series).turns.push(turn);
  }

  get all(): readonly WatchedSeries[] {
    return [...this.#series.values()];
  }

  #note(partition: number, series: string, time: number, oddness: number): void {
    const seen = this.#of(partition, series);
    seen.time.push(time);
    seen.oddness.push(oddness);
  }

  #of(partition: number, series: string): WatchedSeries {
    const key = `${partition} ${series}`;
    let seen = this.#series.get(key);
    if (!seen) {
      seen = { series, partition, time: [], oddness: [], turns: [] };
      this.#series.set(key, seen);
    }
    return seen;
  }
}

/** Times at which alerts would have fired under these rules. */
export function firings({ time, oddness }: WatchedSeries, rules: AlertRules): number[] {
  const state = new Float64Array(ALERT);
  return time.filter((at, i) => stepAlert(state, 0, at, oddness[i]!, rules) === 'firing');
}
