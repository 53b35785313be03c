import type { Admin, Message } from 'kafkajs';
import { expect, test } from 'vitest';
import { ForetideError } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { openState } from '../../src/store/kafka-opening.ts';
import type { PartitionParts } from '../../src/store/kafka-partition.ts';
import { KafkaStoreSettings } from '../../src/store/kafka-settings.ts';
import { KafkaWriter, type WriterTransaction } from '../../src/store/kafka-writer.ts';
import type { Restoring } from '../../src/store/store.ts';

const FINGERPRINT = 'ab'.repeat(32);
const NOWHERE: Restoring = {
  row: () => undefined,
  partition: () => undefined,
  archived: () => undefined,
  forget: () => undefined,
  clear: () => undefined,
};

const fenced = new ForetideError('STORE_UNSETTLED', {
  what: 'Another has the partition now',
  canRetry: true,
});

/** A changelog that holds what is written to it; from the second write on the partition is another's, where `isLost`. */
function opening(isLost: boolean, groupOffset: string) {
  const records: SourceRecord[] = [];
  let writes = 0;
  const write = async ({ writes: some }: WriterTransaction): Promise<void> => {
    writes += 1;
    if (isLost && writes > 1) throw fenced;
    for (const { messages } of some)
      for (const { key, value } of messages as Iterable<Message & { value: Buffer }>)
        records.push({ offset: records.length, key: Buffer.from(key!), value });
  };
  const ask = async <T>(asked: (admin: Admin) => Promise<T>): Promise<T> =>
    asked({
      fetchOffsets: async () => [
        { topic: 'in', partitions: [{ partition: 3, offset: groupOffset, metadata: null }] },
      ],
    } as unknown as Admin);
  const parts = {
    ask,
    changelog: {
      read: async (_: number, take: (record: SourceRecord) => boolean) => void records.some(take),
    },
    input: 'in',
    group: 'g',
    application: 'a',
    log: silentLog,
    topics: { changelog: 'state', commands: 'commands', outputs: {}, dead: undefined },
    settings: KafkaStoreSettings.parse({}),
  } as unknown as PartitionParts;
  const writer = Object.assign(Object.create(KafkaWriter.prototype) as KafkaWriter, { write });
  return openState({ parts, partition: 3, fingerprint: FINGERPRINT, meaning: undefined, writer }, NOWHERE);
}

test('nothing committed, and a group that has read nothing: a beginning', async () => {
  expect(await opening(false, '-1')).toMatchObject({ commit: 0, meta: undefined });
});

test('a group that has read on beside an empty changelog is an error', async () => {
  await expect(opening(false, '5300')).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
});

test('but not to one who was held up while the next owner committed', async () => {
  await expect(opening(true, '5300')).rejects.toBe(fenced);
});
