import type { Command, LoggedCommand } from '../command.ts';
import type { Batch, SourceHandler } from '../source/source.ts';
import { WrappedHandler } from '../source/wrapped-handler.ts';

/** What takes commands in beside records. */
export interface CommandHandler extends SourceHandler {
  command(partition: number, command: Command): Promise<void>;
}

export interface CommandsAgainParts {
  readonly handler: CommandHandler;
  /** By partition, each in order. */
  readonly commands: ReadonlyMap<number, readonly LoggedCommand[]>;
  /** Event time that the range ends before, ms: ticks from then on are left out. */
  readonly to: number;
  /** What has been committed of them before, in a run that this one goes on with. */
  readonly given?: ReadonlyMap<number, readonly LoggedCommand[]> | undefined;
}

/**
 * Gives the commands of a live run again, each before the record that it took effect before: what came of the records then comes of them now.
 *
 * 1. Commands from before the first record are left out, as what they were about is.
 * 2. Where a partition goes on at a committed position, those before it have been given, and of those at it the ones that were committed.
 */
export class CommandsAgain extends WrappedHandler {
  readonly #handler: CommandHandler;
  readonly #to: number;
  /** What is still to be given. */
  readonly #left = new Map<number, LoggedCommand[]>();
  readonly #given: Map<number, readonly LoggedCommand[]>;
  /** Where each partition stands; none before its first record. */
  readonly #positions = new Map<number, number>();

  constructor({ handler, commands, to, given = new Map() }: CommandsAgainParts) {
    super(handler);
    this.#handler = handler;
    this.#to = to;
    this.#given = new Map(given);
    for (const [partition, some] of commands) this.#left.set(partition, [...some]);
  }

  override async open(partition: number): Promise<number | null> {
    const next = await super.open(partition);
    this.#positions.delete(partition);
    if (next !== null) this.#goOn(partition, next);
    return next;
  }

  override async handle(batch: Batch): Promise<void> {
    const { partition } = batch;
    const left = this.#left.get(partition) ?? [];
    let { records } = batch;
    if (!this.#positions.has(partition)) {
      const begin = records[0]?.offset ?? batch.next;
      while (left.length > 0 && left[0]!.before <= begin) left.shift();
    }
    for (let next = left[0]; next && next.before <= (records.at(-1)?.offset ?? -1); next = left[0]) {
      const { before, command } = next;
      const at = records.findIndex(({ offset }) => offset >= before);
      await this.#hand({ partition, records: records.slice(0, at), next: before });
      records = records.slice(at);
      left.shift();
      await this.#handler.command(partition, command);
    }
    await this.#hand({ partition, records, next: batch.next });
  }

  /** What took effect behind the last record. */
  override async end(partition: number): Promise<void> {
    const position = this.#positions.get(partition) ?? -1;
    const left = this.#left.get(partition) ?? [];
    const due = left.filter(({ before, command }) => {
      return before <= position && (command.kind !== 'tick' || command.time < this.#to);
    });
    left.length = 0;
    // all of them at once, in order: whoever drains the partition now comes behind them
    await Promise.all(due.map(({ command }) => this.#handler.command(partition, command)));
    await super.end(partition);
  }

  /** All before the committed position has been given, and what was committed at it; this once, as later ones are not left any more. */
  #goOn(partition: number, next: number): void {
    const given = (this.#given.get(partition) ?? []).filter(({ before }) => before === next);
    this.#given.delete(partition);
    const told = given.map(({ command }) => JSON.stringify(command));
    const left = (this.#left.get(partition) ?? []).filter(({ before, command }) => {
      if (before !== next) return before > next;
      const at = told.indexOf(JSON.stringify(command));
      if (at >= 0) told.splice(at, 1);
      return at < 0;
    });
    this.#left.set(partition, left);
    this.#positions.set(partition, next);
  }

  async #hand(batch: Batch): Promise<void> {
    const { partition, records, next } = batch;
    if (records.length === 0 && this.#positions.get(partition) === next) return;
    await super.handle(batch);
    this.#positions.set(partition, next);
  }
}
