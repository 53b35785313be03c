import { type Log, saying } from '../log.ts';
import type { Source } from '../source/source.ts';
import type { Tasks } from './tasks.ts';

/** Looks in the time after which an idle partition is told so, and the most time between two, ms. */
const LOOKS = 4;
const MOST_BETWEEN = 5000;

export interface TickerParts {
  readonly source: Source;
  readonly tasks: Tasks;
  /** Time without a record after which a partition counts as idle, ms. */
  readonly every: number;
  readonly log: Log;
}

/**
 * Tells partitions that are idle that time passes, so that what waits for event time does not wait for the next reading.
 *
 * A partition is idle when everything that the source has of it has been taken in and nothing has come for a while: one that lags behind, or
 * whose source cannot be reached, is not. The wall clock decides when a tick is given; what comes of it is a function of the tick.
 */
export class Ticker {
  readonly #parts: TickerParts;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(parts: TickerParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#look(), Math.min(parts.every / LOOKS, MOST_BETWEEN));
    this.#timer.unref();
  }

  /** Where the settings ask for one. */
  static of(every: number | 'off', parts: Omit<TickerParts, 'every'>): Ticker | undefined {
    return every === 'off' ? undefined : new Ticker({ ...parts, every });
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { source, tasks, every, log } = this.#parts;
    const idle = tasks.idle(every);
    if (this.#isLooking || idle.size === 0) return;
    this.#isLooking = true;
    try {
      const exhausted = await source.exhausted?.();
      for (const [partition, position] of idle)
        if ((exhausted?.get(partition) ?? -1) >= position) await tasks.tick(partition, position, every);
    } catch (error) {
      log.debug({ error: saying(error) }, 'It cannot be told whether a partition is idle');
    } finally {
      this.#isLooking = false;
    }
  }
}
