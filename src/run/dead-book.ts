import type { DeadLetter } from '../frame.ts';
import type { DeadRecord } from '../serve/pipeline-facts.ts';
import { showBytes } from '../serve/show-bytes.ts';

/** The most that are kept. */
const MOST = 50;

/** The latest dead letters of a run as its page shows them: a beginning of each, so that large records cost nothing. */
export class DeadBook {
  #letters: DeadRecord[] = [];

  /** Takes in what a commit has made durable. */
  take(partition: number, dead: readonly DeadLetter[]): void {
    if (dead.length === 0) return;
    const latest = dead.slice(-MOST).map(({ offset, reason, detail, series, bytes }) => ({
      partition,
      offset,
      reason,
      detail: detail.slice(0, 500),
      series,
      record: bytes && showBytes(bytes),
    }));
    this.#letters = [...this.#letters, ...latest].slice(-MOST);
  }

  /** Newest first. */
  list(): readonly DeadRecord[] {
    return this.#letters.toReversed();
  }
}
