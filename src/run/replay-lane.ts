import type { Batch, SourceRecord } from '../source/source.ts';

/** One partition of a replay: what of it waits, and how far it has come. Times are event times, ms. */
export class ReplayLane {
  readonly partition: number;
  readonly #timeOf: (record: SourceRecord) => number | undefined;
  #batch: Batch | undefined;
  /** Records of the batch that have been handed on. */
  #from = 0;
  /** Times of the batch's records from `#from` on, as far as they were looked at. */
  #times: number[] = [];
  #handed = -Infinity;
  #decide: ((to: number) => void) | undefined;
  hasEnded = false;

  constructor(partition: number, timeOf: (record: SourceRecord) => number | undefined) {
    this.partition = partition;
    this.#timeOf = timeOf;
  }

  get isWaiting(): boolean {
    return this.#decide !== undefined;
  }

  /** Time of the first record that waits; one without a time goes with the record before it. */
  get next(): number {
    return this.#time(0);
  }

  /** Time of the last record that was handed on; −Infinity before the first that has one. */
  get handed(): number {
    return this.#handed;
  }

  /** Lets a batch wait: resolves to a part of it that may be handed on; undefined where it is to be dropped. */
  async wait(batch: Batch, from: number): Promise<Batch | undefined> {
    this.#batch = batch;
    this.#from = from;
    this.#times = [];
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#decide = resolve;
    const count = await promise;
    if (count === 0) return undefined;
    this.#handed = this.#time(count - 1);
    const { partition, records, next } = batch;
    const to = from + count;
    if (from === 0 && to === records.length) return batch;
    const part = records.slice(from, to);
    return { partition, records: part, next: to === records.length ? next : part.at(-1)!.offset + 1 };
  }

  /** Lets go what waits, up to the first record that may not. */
  go(isDue: (time: number) => boolean): void {
    const waiting = this.#batch!.records.length - this.#from;
    let count = 1;
    while (count < waiting && isDue(this.#time(count))) count++;
    this.#settle(count);
  }

  goAll(): void {
    this.#settle(this.#batch!.records.length - this.#from);
  }

  goOne(): void {
    this.#settle(1);
  }

  /** What waits is not handed on. */
  drop(): void {
    this.#settle(0);
  }

  #settle(count: number): void {
    this.#decide?.(count);
    this.#decide = undefined;
  }

  #time(i: number): number {
    const before = i === 0 ? this.#handed : (this.#times[i - 1] ?? this.#times[0] ?? this.#handed);
    this.#times[i] ??= Math.max(before, this.#timeOf(this.#batch!.records[this.#from + i]!) ?? before);
    return this.#times[i];
  }
}
