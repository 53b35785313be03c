/** Where the group's offsets go: one position for each partition. */
export type CommitOffsets = (positions: ReadonlyMap<number, number>) => Promise<void>;

/**
 * Keeps the consumer group's offsets equal to the store's positions, for tooling that shows lag; nothing of ours reads them.
 * Best effort: a write that fails is forgotten, the next one overtakes it.
 */
export class GroupOffsets {
  readonly #commit: CommitOffsets;
  readonly #interval: number;
  #pending = new Map<number, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** @param interval least time between two writes, ms */
  constructor(commit: CommitOffsets, interval = 1000) {
    this.#commit = commit;
    this.#interval = interval;
  }

  /** The store has committed this partition up to `next`. After `close` nobody can be told any more. */
  note(partition: number, next: number): void {
    if (this.#isClosed) return;
    this.#pending.set(partition, next);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#send();
    }, this.#interval);
  }

  /** Writes what is still unwritten and ends the timer; never rejects. */
  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#send();
    return this.#sending;
  }

  #send(): void {
    this.#sending = this.#sent(this.#sending);
  }

  async #sent(earlier: Promise<void>): Promise<void> {
    await earlier;
    if (this.#pending.size === 0) return;
    const positions = this.#pending;
    this.#pending = new Map();
    await this.#commit(positions).catch(() => undefined);
  }
}
