import type { Admin } from 'kafkajs';
import { expect, test } from 'vitest';
import { checkTopics } from '../../src/store/kafka-topics.ts';

/** What brokers answer, each question by another: its topics. */
function adminOf(...lists: readonly string[][]): Admin {
  let asked = 0;
  const next = (): string[] => lists[Math.min(asked++, lists.length - 1)]!;
  return {
    listTopics: async () => next(),
    async fetchTopicMetadata({ topics }: { topics: string[] }) {
      const known = next();
      if (topics.some((name) => !known.includes(name)))
        throw Object.assign(new Error('no such topic'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
      return { topics: topics.map((name) => ({ name, partitions: [{ leader: 1, replicas: [1] }] })) };
    },
    describeConfigs: async () => ({ resources: [] }),
  } as unknown as Admin;
}

const WISHES = {
  input: 'in',
  topics: { changelog: 'state', commands: 'commands', outputs: {}, dead: undefined },
  replication: undefined,
  keepFor: 0,
};

// Seen to end a run: a topic that has just been made was known to the broker that was asked first, and not to the next.
test('a topic that one broker knows and another does not yet is waited for', async () => {
  const lines = await checkTopics(adminOf(['in'], ['in'], ['in', 'state'], ['in'], ['in', 'state']), WISHES);
  expect(lines[0]).toMatch(/^topic state: 1 partitions/);
  expect(lines[1]).toBe('topic commands: will be made');
});

test('an input that nobody knows is an error at once', async () => {
  await expect(checkTopics(adminOf([]), WISHES)).rejects.toMatchObject({ code: 'KAFKA_TOPIC' });
});
