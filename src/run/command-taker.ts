import { Command, type PageCommand } from '../command.ts';
import { ForetideError } from '../errors.ts';
import { type Log, saying } from '../log.ts';
import type { SourceRecord } from '../source/source.ts';
import type { Task } from './task.ts';
import type { Tasks } from './tasks.ts';

/**
 * Gives the records of a topic of commands to the partitions of this process, each once in its order.
 *
 * 1. Every partition takes every record: one that does not know the series is not changed, and one that is no command is passed over. The offset is
 *    part of the partition's state, so what was taken before is not taken again, by whoever has the partition.
 * 2. A partition takes a record only when it has all before it. One that could not (it has taken no reading in yet, has moved, was broken) is behind:
 *    the topic is then read again from where that one stands.
 */
export class CommandTaker {
  readonly #tasks: Pick<Tasks, 'all' | 'command'>;
  readonly #topic: string;
  readonly #log: Log;
  /** The first offset that the topic has, and the one after the last record that was given. */
  #low = 0;
  #given = 0;
  /** The largest offset that was warned of, and one more. */
  #warned = 0;

  constructor(tasks: Pick<Tasks, 'all' | 'command'>, topic: string, log: Log) {
    this.#tasks = tasks;
    this.#topic = topic;
    this.#log = log;
  }

  /**
   * Begins anew.
   *
   * @param low the first offset that the topic has
   * @returns the offset to read from
   */
  open(low: number): number {
    this.#low = low;
    const able = this.#tasks.all.filter(({ canObey }) => canObey);
    this.#given = Math.min(...able.map((task) => this.#next(task)), Number.MAX_SAFE_INTEGER);
    if (able.length === 0) this.#given = low;
    return this.#given;
  }

  /** Whether a partition that would take commands has not had all that were given. */
  get isBehind(): boolean {
    return this.#tasks.all.some((task) => task.canObey && this.#next(task) < this.#given);
  }

  /** Resolves when all partitions that take them have made them durable. */
  async take(records: readonly SourceRecord[]): Promise<void> {
    for (const record of records) {
      const command = this.#read(record);
      const ready = this.#tasks.all.filter((task) => task.canObey && this.#next(task) >= this.#given);
      await Promise.all(ready.map(({ partition }) => this.#give(partition, command)));
      this.#given = record.offset + 1;
    }
  }

  async #give(partition: number, command: Command): Promise<void> {
    try {
      await this.#tasks.command(partition, command);
    } catch (error) {
      // it is behind then; what has broken it is told by whoever opens it again
      this.#log.debug({ partition, error: saying(error) }, 'A partition could not take a command');
    }
  }

  #next({ nextCommand }: Task): number {
    return Math.max(nextCommand, this.#low);
  }

  #read({ offset, value }: SourceRecord): Command {
    try {
      const given: unknown = JSON.parse(Buffer.from(value ?? []).toString());
      const command = Command.parse(given);
      if (!isGiven(command)) throw new Error(`A person gives no ${command.kind}`);
      return { ...command, from: offset };
    } catch (cause) {
      if (offset >= this.#warned) {
        this.#warned = offset + 1;
        const { message, code } = notACommand(`${this.#topic}/0@${offset}`, cause);
        this.#log.warn({ code, topic: this.#topic, offset }, message);
      }
      return { kind: 'passed', from: offset };
    }
  }
}

function isGiven(command: Command): command is PageCommand {
  return (command.kind === 'mute' || command.kind === 'feedback') && command.from === undefined;
}

function notACommand(where: string, cause: unknown): ForetideError {
  return new ForetideError('COMMAND_REFUSED', {
    what: 'A record of the topic of commands is none, and is passed over',
    expected:
      '{"kind":"feedback","series":"…","isTrue":false} or {"kind":"mute","series":"…","until":1767225600000}',
    got: cause instanceof Error ? cause.message : String(cause),
    where,
    cause,
  });
}
