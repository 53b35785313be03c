import type { Admin, Kafka, Message } from 'kafkajs';
import { beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { KafkaPartition, type PartitionParts } from '../../src/store/kafka-partition.ts';
import { KafkaStoreSettings } from '../../src/store/kafka-settings.ts';
import { decodeState } from '../../src/store/kafka-state.ts';
import type { Commit, Restoring } from '../../src/store/store.ts';

const FINGERPRINT = 'ab'.repeat(32);
const NOWHERE: Restoring = {
  row: () => undefined,
  partition: () => undefined,
  archived: () => undefined,
  forget: () => undefined,
  clear: () => undefined,
};

/** The changelog of partition 0, which every transaction is added to at once. */
let changelog: SourceRecord[];

beforeEach(() => {
  changelog = [];
});

function parts(): PartitionParts {
  const send = async ({ messages }: { messages: (Message & { value: Buffer })[] }): Promise<void> => {
    for (const { key, value } of messages)
      changelog.push({ offset: changelog.length, key: Buffer.from(key!), value });
  };
  const nothing = async (): Promise<void> => undefined;
  const transaction = async () => ({ send, sendOffsets: nothing, commit: nothing });
  return {
    kafka: {
      producer: () => ({ connect: nothing, disconnect: nothing, transaction }),
    } as unknown as Kafka,
    // the group has no offset yet
    ask: async (asked) => asked({ fetchOffsets: async () => [] } as unknown as Admin),
    changelog: {
      read: async (_, take) => void changelog.some(take),
    },
    input: 'in',
    group: 'g',
    application: 'a',
    log: silentLog,
    topics: { changelog: 'state', outputs: {}, commands: 'commands', dead: undefined },
    settings: KafkaStoreSettings.parse({ mode: 'generations', generationEvery: '1h' }),
  };
}

function commitTo(next: number, names: readonly string[] = ['s'], archived: readonly string[] = []): Commit {
  const rows = names.map((series, birth) => ({ birth, series, bytes: Buffer.from([next]) }));
  const kept = archived.map((series) => ({ series, bytes: Buffer.from([next]) }));
  return {
    partition: 0,
    next,
    rows,
    allRows: () => rows,
    evictions: { gone: [], rowBytes: 1, archived: [], returned: [], allArchived: () => kept },
    partitionSlots: Buffer.from('slots'),
    points: [],
    dead: [],
    commands: [],
    watermark: 0,
    fingerprint: FINGERPRINT,
  };
}

const open = (): Promise<KafkaPartition> => KafkaPartition.open(parts(), 0, FINGERPRINT, NOWHERE);

/** Positions of the generations that were written, one row each. */
function generations(): number[] {
  return changelog.flatMap(({ key, value }) => {
    if (value === null) return [];
    const { kind, bytes } = decodeState(key, value, 'state/0');
    return kind === 'series' ? [bytes[0]!] : [];
  });
}

test('where commits have followed the last generation, the first commit after a restart writes one', async () => {
  const first = await open();
  await first.commit(commitTo(10));
  await first.commit(commitTo(20));
  expect(generations()).toEqual([10]);
  const second = await open();
  expect(second.restored).toMatchObject({ next: 10, committed: 20 });
  await second.commit(commitTo(30));
  await second.commit(commitTo(40));
  expect(generations()).toEqual([10, 30]);
});

test('an idle partition is overdue once its generation is old and commits have followed it', async () => {
  const first = await open();
  expect(first.isOverdue).toBe(false);
  await first.commit(commitTo(10));
  await first.commit(commitTo(20));
  expect(first.isOverdue).toBe(false);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3_600_001);
  expect(first.isOverdue).toBe(true);
  await first.commit(commitTo(20));
  expect([first.isOverdue, generations()]).toEqual([false, [10, 20]]);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3_600_001);
  expect(first.isOverdue).toBe(false);
  vi.restoreAllMocks();
});

test('where none has, it is not written again', async () => {
  const first = await open();
  await first.commit(commitTo(10));
  const second = await open();
  expect(second.restored).toMatchObject({ next: 10, committed: 10 });
  await second.commit(commitTo(20));
  expect(generations()).toEqual([10]);
});

// Seen to fail when keys of the last generation but one get no null.
test('what has left gets null with the next generation under its letter, after a restart too; so does what is back from the archive', async () => {
  let seen = 0;
  const nulls = (): string[] => {
    const found = changelog.slice(seen).filter(({ value }) => value === null);
    seen = changelog.length;
    return found.map(({ key }) => String(key));
  };
  const later = (): void => {
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3_600_001);
  };
  let partition = await open();
  await partition.commit(commitTo(10, ['s', 't'], ['old']));
  later();
  await partition.commit(commitTo(20, ['s', 't'], ['old']));
  expect(nulls()).toEqual([]);
  later();
  await partition.commit(commitTo(30, ['s', 'old']));
  expect(nulls()).toEqual(['archive@a/old', 'series@a/t']);
  vi.restoreAllMocks();
  partition = await open();
  expect(partition.restored).toMatchObject({ next: 30 });
  later();
  await partition.commit(commitTo(40, ['s', 'old']));
  await partition.commit(commitTo(50, ['s', 'old']));
  later();
  later();
  await partition.commit(commitTo(60, ['s']));
  expect(nulls().toSorted()).toEqual(['archive@b/old', 'series@a/old', 'series@b/t']);
  vi.restoreAllMocks();
});
