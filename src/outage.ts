import type { Log } from './log.ts';

/** What is said of an outage. */
export interface OutageWords {
  /** What is away, and what becomes of that. */
  readonly away: string;
  /** That it is back. */
  readonly back: string;
  /** Stand in both messages. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/**
 * Something that this process needs and that may be away: one message says that it is, however often it is tried again, and one that it is
 * back.
 */
export class Outage {
  readonly #log: Pick<Log, 'info' | 'warn'>;
  readonly #words: OutageWords;
  /** By `performance.now()`; undefined while it is there. */
  #since: number | undefined;
  #failures = 0;

  constructor(log: Pick<Log, 'info' | 'warn'>, words: OutageWords) {
    this.#log = log;
    this.#words = words;
  }

  /** For how long it has been away, s; 0 while it is there. */
  get seconds(): number {
    return this.#since === undefined ? 0 : (performance.now() - this.#since) / 1000;
  }

  /** How often it was not there, since the beginning. */
  get failures(): number {
    return this.#failures;
  }

  /** It was not there. @param facts what it said, for the message */
  failed(facts: Readonly<Record<string, unknown>>): void {
    this.#failures++;
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    this.#log.warn({ ...this.#words.facts, ...facts }, this.#words.away);
  }

  /** It was there. */
  back(): void {
    if (this.#since === undefined) return;
    const seconds = Math.round(this.seconds * 10) / 10;
    this.#since = undefined;
    this.#log.info({ ...this.#words.facts, seconds }, this.#words.back);
  }
}
