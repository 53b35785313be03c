import type { Admin } from 'kafkajs';

import { ForetideError } from '../errors.ts';
import { onceLed, watermarksOf } from './kafka-admin.ts';
import { offsetNumber, type Watermarks } from './kafka-offsets.ts';
import type { KafkaPlace, KafkaSettings } from './kafka-settings.ts';

/** What of a topic is read, in offsets by partition. */
export interface KafkaRange {
  /** Where a partition begins that nothing was ever committed of; a partition that is not named begins where the topic does. */
  readonly begins: ReadonlyMap<number, number>;
  /** The offset that each partition ends before; undefined: never. */
  readonly ends: ReadonlyMap<number, number> | undefined;
  /** What each partition kept when it was asked. */
  readonly kept: ReadonlyMap<number, Watermarks>;
}

/**
 * The offsets that `from` and `to` of the settings are now.
 *
 * An instant is the first offset whose timestamp is not before it, and where there is none the end: what is written later is not
 * waited for.
 *
 * @throws ForetideError SETTINGS_INVALID for partitions that the topic does not have, or that `to` leaves out; KAFKA_GAP for offsets
 *   that the topic does not keep
 */
export async function rangeOf(
  admin: Admin,
  { topic, from, to }: Pick<KafkaSettings, 'topic' | 'from' | 'to'>,
): Promise<KafkaRange> {
  const kept = await watermarksOf(admin, topic);
  const offsets = (place: KafkaPlace, setting: string): Promise<ReadonlyMap<number, number>> =>
    typeof place === 'number'
      ? offsetsAt(admin, topic, place)
      : Promise.resolve(offsetsOf(place, kept, `input.${setting}`, topic));
  const begins = from === undefined ? new Map<number, number>() : await offsets(from, 'from');
  const ends = to === undefined ? undefined : await offsets(to, 'to');
  const missing = [...kept.keys()].filter((partition) => ends && !ends.has(partition));
  if (missing.length > 0) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'An end that leaves partitions out would never come',
      expected: `an offset for each of the ${kept.size} partitions`,
      got: `none for ${missing.join(', ')}`,
      where: 'input.to',
      todo: 'Name all partitions, or give an instant. One that is not wanted may end at 0.',
    });
  }
  return { begins, ends, kept };
}

async function offsetsAt(admin: Admin, topic: string, time: number): Promise<ReadonlyMap<number, number>> {
  // below 0 stand questions of another kind: https://kafka.apache.org/protocol#The_Messages_ListOffsets
  const found = await onceLed(() => admin.fetchTopicOffsetsByTimestamp(topic, Math.max(0, Math.ceil(time))));
  return new Map(found.map(({ partition, offset }) => [partition, offsetNumber(offset)]));
}

function offsetsOf(
  place: Readonly<Record<string, number>>,
  kept: ReadonlyMap<number, Watermarks>,
  setting: string,
  topic: string,
): ReadonlyMap<number, number> {
  const offsets = new Map(Object.entries(place).map(([key, offset]) => [Number(key), offset]));
  for (const [partition, offset] of offsets) {
    const where = `${setting}.${partition}`;
    const marks = kept.get(partition);
    if (marks === undefined) {
      throw new ForetideError('SETTINGS_INVALID', {
        what: `Topic ${topic} has no such partition`,
        expected: `0 to ${kept.size - 1}`,
        got: String(partition),
        where,
      });
    }
    const isBefore = setting === 'input.from' && offset < marks.low;
    if (!isBefore && offset <= marks.high) continue;
    throw new ForetideError('KAFKA_GAP', {
      what: isBefore
        ? 'The range begins before what the topic keeps'
        : 'The range goes beyond the end of the topic',
      expected: `offsets from ${marks.low} to ${marks.high}`,
      got: String(offset),
      where: `${where} (${topic}/${partition})`,
      todo: 'Name offsets that the topic keeps, or give an instant.',
    });
  }
  return offsets;
}
