import type { Batch, SourceHandler } from '../../src/source/source.ts';

/** What a store would have made durable, for runs that share it: the texts of each partition's records, and where to go on. */
export class KeptStore {
  readonly kept = new Map<number, string[]>();
  readonly positions = new Map<number, number>();

  texts(partition: number): string[] {
    return this.kept.get(partition) ?? [];
  }

  get size(): number {
    return [...this.kept.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** A handler that commits every so many batches of a partition and drops on `lose` what it has not committed. */
  handler(options: HandlerOptions = {}): StoreHandler {
    return new StoreHandler(this, options);
  }
}

export interface HandlerOptions {
  /** Batches between two commits of a partition; default 1. */
  readonly commitEvery?: number;
  /** Awaited before a batch is taken in. */
  readonly before?: (batch: Batch) => Promise<void>;
  /** Called when a batch has been taken in. */
  readonly after?: () => void;
}

export class StoreHandler implements SourceHandler {
  /** Partitions that are open. */
  readonly tasks = new Map<number, { texts: string[]; batches: number; next: number }>();
  readonly opened: number[] = [];
  readonly lost: number[] = [];
  /** Records that were taken in and never committed. */
  dropped = 0;
  /** First offset handed over after each opening, and the position that the opening gave. */
  readonly starts: { partition: number; position: number | null; first: number }[] = [];
  readonly #store: KeptStore;
  readonly #options: HandlerOptions;
  /** Tells the source that what had come of a partition could not be committed. */
  broken: ((partition: number, error: unknown) => void) | undefined;
  #listener: ((partition: number, next: number) => void) | undefined;

  constructor(store: KeptStore, options: HandlerOptions) {
    this.#store = store;
    this.#options = options;
  }

  async open(partition: number): Promise<number | null> {
    if (this.tasks.has(partition)) throw new Error(`partition ${partition} is open already`);
    this.tasks.set(partition, { texts: [], batches: 0, next: -1 });
    this.opened.push(partition);
    return this.#store.positions.get(partition) ?? null;
  }

  async handle(batch: Batch): Promise<void> {
    const task = this.tasks.get(batch.partition);
    if (task === undefined) throw new Error(`partition ${batch.partition} is not open`);
    if (task.next === -1) {
      const position = this.#store.positions.get(batch.partition) ?? null;
      this.starts.push({ partition: batch.partition, position, first: batch.records[0]!.offset });
    }
    await this.#options.before?.(batch);
    task.texts.push(
      ...batch.records.map(({ value }) => (value === null ? 'null' : Buffer.from(value).toString())),
    );
    task.next = batch.next;
    task.batches += 1;
    if (task.batches % (this.#options.commitEvery ?? 1) === 0) this.commit(batch.partition);
    this.#options.after?.();
  }

  async lose(partition: number): Promise<void> {
    const task = this.tasks.get(partition);
    if (task === undefined) throw new Error(`partition ${partition} is not open`);
    this.tasks.delete(partition);
    this.dropped += task.texts.length;
    this.lost.push(partition);
  }

  onCommitted(listener: (partition: number, next: number) => void): void {
    this.#listener = listener;
  }

  /** Records that were taken in and are not committed yet. */
  get pending(): number {
    return [...this.tasks.values()].reduce((sum, task) => sum + task.texts.length, 0);
  }

  onBroken(listener: (partition: number, error: unknown) => void): void {
    this.broken = listener;
  }

  commitAll(): void {
    for (const [partition, { texts }] of this.tasks) if (texts.length > 0) this.commit(partition);
  }

  commit(partition: number): void {
    const task = this.tasks.get(partition)!;
    const kept = this.#store.kept.get(partition) ?? [];
    kept.push(...task.texts.splice(0));
    this.#store.kept.set(partition, kept);
    this.#store.positions.set(partition, task.next);
    this.#listener?.(partition, task.next);
  }
}
