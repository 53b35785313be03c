import { type Points, revisionAt } from '../sink/points.ts';
import { addEvent, noEvents } from './event-columns.ts';
import type { AnomalyColumns, ForecastColumns, Window } from './history.ts';
import type { RunStatus } from './status.ts';

/** What a connection is told: `reload` says that points were left out and the window has to be fetched again. */
export type LiveMessage =
  | { readonly kind: 'status'; readonly status: RunStatus }
  | { readonly kind: 'points'; readonly window: Window }
  | { readonly kind: 'reload' };

/**
 * What waits for one connection: the newest status, and the new points of its series put together, at most `limit` rows.
 * More than that are dropped for a `reload`, so that a slow connection costs a bounded amount of memory; and so are points that a late reading has
 * revised, which take the place of others.
 *
 * The feed puts in; the connection's stream takes out when it has room.
 */
export class Mailbox {
  readonly #limit: number;
  readonly #onClose: () => void;
  #status: RunStatus | null = null;
  #window = emptyWindow();
  #rows = 0;
  #overflown = false;
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(limit: number, onClose: () => void) {
    this.#limit = limit;
    this.#onClose = onClose;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Rows that wait. */
  get rows(): number {
    return this.#rows;
  }

  put(status: RunStatus): void {
    this.#status = status;
    this.#ring();
  }

  /** Adds the given rows of a group of points. */
  add(points: Points, rows: readonly number[]): void {
    if (this.#overflown) return;
    this.#rows += rows.length;
    if (this.#rows > this.#limit || rows.some((row) => revisionAt(points, row) > 0)) {
      this.#overflown = true;
      this.#window = emptyWindow();
      this.#rows = 0;
    } else {
      for (const row of rows) append(this.#window, points, row);
    }
    this.#ring();
  }

  /** Everything that waits, which then waits no longer. */
  take(): LiveMessage[] {
    const messages: LiveMessage[] = [];
    if (this.#status !== null) messages.push({ kind: 'status', status: this.#status });
    if (this.#overflown) messages.push({ kind: 'reload' });
    else if (this.#rows > 0) messages.push({ kind: 'points', window: this.#window });
    this.#status = null;
    this.#overflown = false;
    this.#window = emptyWindow();
    this.#rows = 0;
    return messages;
  }

  /** Resolves when something waits, or the mailbox is closed. One caller at a time. */
  arrival(): Promise<void> {
    if (this.#closed || this.#status !== null || this.#overflown || this.#rows > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Takes the mailbox out of the feed; closing again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    this.#ring();
  }

  #ring(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

interface GrowingWindow extends Window {
  readonly forecasts: ForecastColumns[];
}

function emptyWindow(): GrowingWindow {
  const anomalies: AnomalyColumns = { time: [], value: [], score: [], expected: [], lo: [], hi: [] };
  return { readings: { time: [], value: [] }, forecasts: [], anomalies, events: noEvents() };
}

function append(window: GrowingWindow, points: Points, row: number): void {
  const { measurement, time, tags, fields } = points;
  const at = (field: string): number => fields[field]?.[row] ?? Number.NaN;
  switch (measurement) {
    case 'reading':
      if (Number.isNaN(at('value'))) break;
      window.readings.time.push(time[row]!);
      window.readings.value.push(at('value'));
      break;
    case 'forecast': {
      if (Number.isNaN(at('yhat'))) break;
      const columns = horizon(window, tags['h'] ?? '');
      columns.time.push(time[row]!);
      columns.yhat.push(at('yhat'));
      columns.lo.push(at('lo'));
      columns.hi.push(at('hi'));
      break;
    }
    case 'anomaly': {
      const { anomalies } = window;
      anomalies.time.push(time[row]!);
      for (const field of ['value', 'score', 'expected', 'lo', 'hi'] as const)
        anomalies[field].push(at(field));
      break;
    }
    case 'alert':
      break; // told apart from the series' window
    case 'event':
      addEvent(window.events, points, row);
      break;
  }
}

function horizon({ forecasts }: GrowingWindow, h: string): ForecastColumns {
  let columns = forecasts.find((one) => one.h === h);
  if (columns === undefined) {
    columns = { h, time: [], yhat: [], lo: [], hi: [] };
    forecasts.push(columns);
  }
  return columns;
}
