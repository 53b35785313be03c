import { ForetideError } from '../errors.ts';

/** The offsets that a partition keeps: [low, high). */
export interface Watermarks {
  readonly low: number;
  /** The offset that the next record will get. */
  readonly high: number;
}

/**
 * kafkajs's offset text as a number.
 *
 * @throws ForetideError KAFKA_TOPIC when a number cannot hold it exactly (2^53 and more)
 */
export function offsetNumber(text: string): number {
  const offset = Number(text);
  if (Number.isSafeInteger(offset)) return offset;
  throw new ForetideError('KAFKA_TOPIC', {
    what: 'Offset cannot be held exactly',
    expected: 'an integer below 2^53',
    got: text,
    todo: 'Copy what is still needed into a new topic, whose offsets begin at 0',
  });
}

/**
 * Whether records are missing between where we have to go on and what the topic keeps: KAFKA_GAP, or undefined when every
 * record from `expected` on is there.
 *
 * A hole in the numbering is no gap: compaction leaves one for every record it removes, a transaction one for its marker.
 * What tells them apart is the low watermark: while it is not above `expected`, retention has deleted nothing that we have not
 * seen.
 *
 * @param where topic/partition@offset
 */
export function gap(where: string, expected: number, { low, high }: Watermarks): ForetideError | undefined {
  if (expected < low) {
    return new ForetideError('KAFKA_GAP', {
      what: `${low - expected} offsets were deleted before they were read`,
      expected: `to go on at offset ${expected}`,
      got: `a topic that begins at ${low}`,
      where,
      todo:
        "Raise the topic's retention.ms and retention.bytes above the longest stop. " +
        'To go on without what is lost, delete the state (it starts again at the beginning) or bring the records back',
    });
  }
  if (expected > high) {
    return new ForetideError('KAFKA_GAP', {
      what: "The state is ahead of its topic: the topic was made anew, lost its newest records, or is another cluster's",
      expected: `to go on at offset ${expected}`,
      got: `a topic that ends at ${high}`,
      where,
      todo: 'Check `brokers` and `topic`; when the topic was made anew, delete the state',
      // A broker that has just become the leader may tell an old end for a moment.
      canRetry: true,
    });
  }
  return undefined;
}
