import { setImmediate as turn } from 'node:timers/promises';

import type { Batch as KafkaBatch, EachBatchPayload, KafkaMessage } from 'kafkajs';

import { offsetNumber } from './kafka-offsets.ts';
import type { Batch, SourceRecord } from './source.ts';

/** Most records in one call of the handler: between calls come heartbeats, other partitions and the rest of the process. */
export const SLICE = 1000;

/** Time after which a batch lets the rest of the process have a turn, ms: often enough for timers and sockets. */
const TURN_AFTER = 5;

export interface SliceParts {
  /** Least time between two heartbeats that may be missed, ms: they are asked for this often, whatever the handler does. */
  readonly heartbeatInterval: number;
  readonly handle: (batch: Batch) => Promise<void>;
  /** Is told that a heartbeat has failed while the handler may be at work. */
  readonly doubt?: (() => void) | undefined;
  /** Asked before and after every slice. */
  readonly isOurs: () => boolean;
  /** The handler has everything before `next`, whoever owns the partition by now. */
  readonly taken?: (next: number) => void;
  /** Everything before `next` has been handed over, and the partition is ours. */
  readonly done: (next: number) => void;
  /** Records from this offset on are left out; default: none. */
  readonly until?: number | undefined;
}

/** A heartbeat did not go through: the membership is in doubt. */
export class HeartbeatFailed extends Error {
  constructor(cause: unknown) {
    super('heartbeat failed', { cause });
    this.name = 'HeartbeatFailed';
  }
}

/**
 * Hands a fetched batch to the handler in slices of at most 1,000 records, and heartbeats meanwhile.
 *
 * 1. The next slice is handed over when the handler has taken the last, a heartbeat has been offered, and, every 5 ms, everything
 *    else that waits in the process has had its turn.
 * 2. A heartbeat that fails does not interrupt the handler: that slice is awaited, and is the last.
 *
 * @throws HeartbeatFailed; whatever the handler throws
 */
export async function handOver(payload: EachBatchPayload, parts: SliceParts): Promise<void> {
  const { partition } = payload.batch;
  const { until = Infinity } = parts;
  const messages = messagesBefore(payload.batch, until);
  const end = Math.min(lastOffset(payload.batch) + 1, until);
  const failures: unknown[] = [];
  const beat = async (): Promise<void> => {
    try {
      await payload.heartbeat();
    } catch (error) {
      failures.push(error);
      parts.doubt?.();
    }
  };
  // all that the batch has stands behind the end
  if (messages.length === 0) parts.done(end);
  let turnAt = performance.now() + TURN_AFTER;
  const pulse = setInterval(() => void beat(), parts.heartbeatInterval);
  try {
    for (let from = 0; from < messages.length; from += SLICE) {
      if (!parts.isOurs()) return;
      const to = Math.min(from + SLICE, messages.length);
      const records = recordsOf(messages, from, to);
      const next = to === messages.length ? end : records[records.length - 1]!.offset + 1;
      await parts.handle({ partition, records, next });
      parts.taken?.(next);
      await beat();
      if (failures.length > 0) throw new HeartbeatFailed(failures[0]);
      if (!parts.isOurs()) return;
      payload.resolveOffset(String(next - 1));
      parts.done(next);
      if (performance.now() < turnAt) continue;
      await turn();
      turnAt = performance.now() + TURN_AFTER;
    }
  } finally {
    clearInterval(pulse);
  }
}

/** Where the batch was fetched from: a public field of kafkajs's class that its types leave out. */
export function fetchedOffset(batch: KafkaBatch): number {
  return offsetNumber(String(Reflect.get(batch, 'fetchedOffset')));
}

/** Whether a transactional producer wrote the batch's first record; also left out of the types. */
export function isTransactional(batch: KafkaBatch): boolean {
  const context: unknown = batch.messages[0] && Reflect.get(batch.messages[0], 'batchContext');
  return typeof context === 'object' && context !== null && Reflect.get(context, 'inTransaction') === true;
}

/** The last offset of what was fetched; behind the last record may stand what is none: markers, records of aborted transactions. */
function lastOffset(batch: KafkaBatch): number {
  return offsetNumber(batch.lastOffset());
}

function messagesBefore({ messages }: KafkaBatch, until: number): readonly KafkaMessage[] {
  const last = messages.at(-1);
  if (last === undefined || offsetNumber(last.offset) < until) return messages;
  return messages.filter(({ offset }) => offsetNumber(offset) < until);
}

function recordsOf(messages: readonly KafkaMessage[], from: number, to: number): SourceRecord[] {
  const records: SourceRecord[] = [];
  for (let at = from; at < to; at += 1) {
    const { offset, key, value } = messages[at]!;
    records.push({ offset: offsetNumber(offset), key, value });
  }
  return records;
}
