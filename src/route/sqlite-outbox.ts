import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { Outage } from '../outage.ts';
import { saidBy } from './delivery-error.ts';
import { documentOf } from './document.ts';
import type { Ending, Outbox } from './outbox.ts';
import type { Refused, Route } from './route.ts';
import { alertOfRow } from './told-alert.ts';

/** Rows that are read at a time. */
const PAGE = 200;
/** Usual time between two looks, and after something has failed, ms. */
const LOOK_EVERY = 1000;
/** Longest wait for a lock, ms: the whole process waits. Ours and the store's never meet, for both are held within one turn of the event loop. */
const LOCK_WAIT = 500;

/**
 * The table `alert` of a run's SQLite file, followed by one route over a connection of its own. Its position is a row of the table `route`; what was
 * refused for good goes to `route_dead`, in the transaction that moves the position. The position is not fsynced by itself: what a loss of power
 * takes of it is told again.
 */
export class SqliteOutbox implements Outbox {
  readonly #name: string;
  readonly #outage: Outage;
  readonly #database: DatabaseSync;
  readonly #lookEvery: number;
  #wake = Promise.withResolvers<void>();

  /**
   * @param path of the file, whose tables are there
   * @param name of the route
   * @param lookEvery longest time until it is looked whether another process has committed, ms
   */
  constructor(path: string, name: string, log: Log, lookEvery = LOOK_EVERY) {
    this.#lookEvery = lookEvery;
    this.#name = name;
    this.#outage = new Outage(log, {
      away: 'The outbox of a route cannot be read; trying again',
      back: 'The outbox of a route is read again',
      facts: { route: name },
    });
    this.#database = new DatabaseSync(path, { timeout: LOCK_WAIT });
    this.#database.exec('PRAGMA synchronous = NORMAL');
  }

  async prepare(): Promise<void> {
    this.#database
      .prepare(
        'INSERT OR IGNORE INTO route SELECT ?, coalesce(max(id), 0) + 1, coalesce(max(id), 0) + 1 FROM alert',
      )
      .run(this.#name);
  }

  async run(route: Route, ending: Ending): Promise<void> {
    const { stop, giveUp } = ending;
    while (!giveUp.aborted) {
      try {
        await this.#follow(route, ending);
        return;
      } catch (error) {
        if (stop.aborted) return;
        this.#outage.failed({ error: saidBy(error) });
        await sleep(LOOK_EVERY, undefined, { signal: stop }).catch(() => {});
      }
    }
  }

  wake(): void {
    this.#wake.resolve();
  }

  pending(): number | undefined {
    try {
      const row = this.#database
        .prepare('SELECT count(*) AS n FROM alert WHERE id >= (SELECT position FROM route WHERE name = ?)')
        .get(this.#name);
      return Number(row?.['n']);
    } catch {
      return undefined; // another process holds the file, or it is closed
    }
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  async #follow(route: Route, ending: Ending): Promise<void> {
    const place = this.#database.prepare('SELECT position, open FROM route WHERE name = ?').get(this.#name);
    const { position, open } = place as { readonly position: number; readonly open: number };
    const follower = route.follow({ position, isWhole: true });
    const rows = this.#database.prepare('SELECT * FROM alert WHERE id >= ? ORDER BY id LIMIT ?');
    try {
      for (let next = open; ;) {
        this.#wake = Promise.withResolvers();
        // what is committed before a stop is still read
        const isLast = ending.stop.aborted;
        const page = rows.all(next, PAGE);
        this.#outage.back();
        for (const row of page) {
          const id = Number(row['id']);
          const { isTold, refused } = await route.take(follower, id, alertOfRow(row), ending);
          next = id + 1;
          if (isTold) this.#settle(next, follower.oldest, refused && { id, ...refused });
        }
        if (page.length > 0 && next > position) this.#settle(next, follower.oldest);
        if (page.length === PAGE) continue;
        if (isLast) return;
        await this.#awake(ending.stop);
      }
    } finally {
      route.leave(follower);
    }
  }

  /** Moves the position. */
  #settle(position: number, oldest: number | undefined, refused?: Refused & { readonly id: number }): void {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      database
        .prepare('UPDATE route SET position = ?, open = ? WHERE name = ?')
        .run(position, oldest ?? position, this.#name);
      if (refused) {
        const payload = JSON.stringify(documentOf(refused.alert, {}));
        database
          .prepare('INSERT INTO route_dead (route, alert, reason, payload) VALUES (?, ?, ?, ?)')
          .run(this.#name, refused.id, refused.reason, payload);
      }
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Resolves when there may be more. */
  async #awake(stop: AbortSignal): Promise<void> {
    const awake = new AbortController();
    const signal = AbortSignal.any([stop, awake.signal]);
    void this.#wake.promise.then(() => awake.abort());
    await sleep(this.#lookEvery, undefined, { signal }).catch(() => {});
  }
}
