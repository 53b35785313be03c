import type { Command } from '../../command.ts';
import type { CommandHandler } from '../../run/commands-again.ts';
import type { Batch } from '../../source/source.ts';

/**
 * Hands every batch of one source to several handlers.
 *
 * 1. One after the other: who was last is first with the next batch, so that none has the caches of the processor warmed by the others more often than they
 *    have.
 * 2. What is given of a partition while its last is under way waits for that.
 */
export class FanOut implements CommandHandler {
  readonly #handlers: readonly CommandHandler[];
  readonly #taken: (partition: number) => void;
  readonly #queue = new Map<number, Promise<void>>();
  #turn = 0;

  /** @param taken called when all have taken a batch in */
  constructor(handlers: readonly CommandHandler[], taken: (partition: number) => void) {
    this.#handlers = handlers;
    this.#taken = taken;
  }

  /** All begin at the same record; where some of them know of no record before it, at the beginning. */
  async open(partition: number): Promise<number | null> {
    let first: number | null = Infinity;
    for (const handler of this.#handlers) {
      const next = await handler.open(partition);
      first = next === null || first === null ? null : Math.min(first, next);
    }
    return first;
  }

  handle(batch: Batch): Promise<void> {
    return this.#each(batch.partition, (handler) => handler.handle(batch));
  }

  command(partition: number, command: Command): Promise<void> {
    return this.#each(partition, (handler) => handler.command(partition, command));
  }

  async lose(partition: number): Promise<void> {
    for (const handler of this.#handlers) await handler.lose(partition);
  }

  #each(partition: number, give: (handler: CommandHandler) => Promise<void>): Promise<void> {
    const before = this.#queue.get(partition) ?? Promise.resolve();
    const given = before.then(() => this.#inTurn(partition, give));
    this.#queue.set(partition, given);
    return given;
  }

  async #inTurn(partition: number, give: (handler: CommandHandler) => Promise<void>): Promise<void> {
    const first = this.#turn;
    this.#turn = (first + this.#handlers.length - 1) % this.#handlers.length;
    for (const handler of [...this.#handlers.slice(first), ...this.#handlers.slice(0, first)])
      await give(handler);
    this.#taken(partition);
  }
}
