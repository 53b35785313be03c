import type { Batch, SourceHandler } from './source.ts';

/** A handler that passes on to another what a source asks and hands over, for one that changes a part of it. */
export class WrappedHandler implements SourceHandler {
  readonly #handler: SourceHandler;
  /** Left out where the handler does not let partitions wait for one another: sources go by its being there. */
  readonly merges?: NonNullable<SourceHandler['merges']>;

  constructor(handler: SourceHandler) {
    this.#handler = handler;
    if (handler.merges) this.merges = () => handler.merges!();
  }

  open(partition: number): Promise<number | null> {
    return this.#handler.open(partition);
  }

  handle(batch: Batch): Promise<void> {
    return this.#handler.handle(batch);
  }

  async end(partition: number): Promise<void> {
    await this.#handler.end?.(partition);
  }

  doubt(partition: number): void {
    this.#handler.doubt?.(partition);
  }

  lose(partition: number): Promise<void> {
    return this.#handler.lose(partition);
  }

  async drain(): Promise<void> {
    await this.#handler.drain?.();
  }

  onCommitted(listener: (partition: number, next: number) => void): void {
    this.#handler.onCommitted?.(listener);
  }

  onBroken(listener: (partition: number, error: unknown) => void): void {
    this.#handler.onBroken?.(listener);
  }
}
