import type { Message } from 'kafkajs';
import type { LoggedCommand } from '../command.ts';
import type { DeadLetter } from '../frame.ts';
import type { Points } from '../sink/points.ts';

/**
 * A point for each row as a message: key: the series; value: JSON `{"series", "time" (ms), …tags, …labels, …fields}`. As of points a field that
 * is NaN is left out, and a row that has none is no message.
 *
 * @param partition of the topic
 */
export function* pointMessages(block: Points, partition: number): Generator<Message> {
  const { length, series, time, tags, labels, fields } = block;
  const columns = Object.entries(fields);
  for (let i = 0; i < length; i++) {
    const values: Record<string, number> = {};
    for (const [name, column] of columns) if (!Number.isNaN(column[i]!)) values[name] = column[i]!;
    if (Object.keys(values).length === 0) continue;
    const value = JSON.stringify({ series: series[i], time: time[i], ...tags, ...labels, ...values });
    yield { key: series[i]!, value, partition };
  }
}

/** A command as a message: key: its number; value: JSON `{"number", "before", "command"}`. */
export function commandMessage(command: LoggedCommand): Message {
  return { key: `command/${command.number}`, value: JSON.stringify(command) };
}

/** Where a dead letter came from, and where it goes. */
export interface LetterPlace {
  /** Topic and partition that the letter's record came from. */
  readonly topic: string;
  readonly from: number;
  /** Partition that it goes to. */
  readonly to: number;
  /** The topic has refused it for its size: the value is left out. */
  readonly isOmitted?: boolean;
}

/**
 * A dead letter as a message: the value is the original bytes (null for a record without), the key `topic/partition@offset`; headers: `reason`,
 * `detail`, `series`, `topic`, `partition`, `offset`, all text, and `omitted`, the number of bytes, where the value is left out.
 */
export function letterMessage(
  letter: DeadLetter,
  { topic, from, to, isOmitted = false }: LetterPlace,
): Message {
  const { offset, reason, detail, series, bytes } = letter;
  return {
    partition: to,
    key: `${topic}/${from}@${offset}`,
    value: bytes === null || isOmitted ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    headers: {
      reason,
      detail,
      series,
      topic,
      partition: String(from),
      offset: String(offset),
      ...(isOmitted && bytes !== null && { omitted: String(bytes.length) }),
    },
  };
}
