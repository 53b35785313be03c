import type { Points } from '../sink/points.ts';
import { Mailbox } from './mailbox.ts';
import type { RunStatus } from './status.ts';

/** How much a `LiveFeed` keeps for its connections. */
export interface FeedLimits {
  /** Rows that may wait for one connection; default 2,000. */
  readonly rows?: number;
  /** Connections at a time; default 64. */
  readonly connections?: number;
}

/**
 * Hands new points and the run's status to the pages that are open: to each only the points of the series it shows.
 *
 * Publishing never waits. What a connection cannot take in time is put together in its mailbox, and dropped for a `reload`
 * when it becomes too much.
 *
 * @example
 * const feed = new LiveFeed();
 * feed.publish(points); // after the commit that made them durable
 * feed.status(status);  // twice a second
 */
export class LiveFeed {
  readonly #rows: number;
  readonly #connections: number;
  readonly #all = new Set<Mailbox>();
  readonly #bySeries = new Map<string, Set<Mailbox>>();

  constructor({ rows = 2000, connections = 64 }: FeedLimits = {}) {
    this.#rows = rows;
    this.#connections = connections;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#all.size;
  }

  publish(points: readonly Points[]): void {
    if (this.#bySeries.size === 0) return;
    let series: readonly string[] | null = null;
    let wanted: ReadonlyMap<Set<Mailbox>, readonly number[]> = new Map();
    for (const group of points) {
      // The groups of one frame share one column of names: look it through once.
      if (group.series !== series || group.length !== series.length) wanted = this.#wanted(group);
      series = group.series;
      for (const [mailboxes, rows] of wanted) for (const mailbox of mailboxes) mailbox.add(group, rows);
    }
  }

  status(status: RunStatus): void {
    for (const mailbox of this.#all) mailbox.put(status);
  }

  /** A mailbox for one series' points and the status (null: the status alone); null when as many as allowed are open. */
  subscribe(series: string | null): Mailbox | null {
    if (this.#all.size >= this.#connections) return null;
    const mailbox = new Mailbox(this.#rows, () => this.#leave(series, mailbox));
    this.#all.add(mailbox);
    if (series !== null) {
      const others = this.#bySeries.get(series);
      if (others === undefined) this.#bySeries.set(series, new Set([mailbox]));
      else others.add(mailbox);
    }
    return mailbox;
  }

  #leave(series: string | null, mailbox: Mailbox): void {
    this.#all.delete(mailbox);
    if (series === null) return;
    const others = this.#bySeries.get(series);
    others?.delete(mailbox);
    if (others?.size === 0) this.#bySeries.delete(series);
  }

  #wanted({ series, length }: Points): Map<Set<Mailbox>, number[]> {
    const wanted = new Map<Set<Mailbox>, number[]>();
    for (let i = 0; i < length; i++) {
      const mailboxes = this.#bySeries.get(series[i]!);
      if (mailboxes === undefined) continue;
      const rows = wanted.get(mailboxes);
      if (rows === undefined) wanted.set(mailboxes, [i]);
      else rows.push(i);
    }
    return wanted;
  }
}
