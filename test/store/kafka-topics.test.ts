import type { Admin } from 'kafkajs';
import { expect, test } from 'vitest';
import { checkTopics } from '../../src/store/kafka-topics.ts';

/** What a broker answers; each list is another broker's. */
function adminOf(...lists: readonly string[][]): Admin {
  let asked = 0;
  return {
    listTopics: async () => lists[Math.min(asked++, lists.length - 1)]!,
    fetchTopicMetadata: async ({ topics }: { topics: string[] }) => ({
      topics: topics.map((name) => ({ name, partitions: [{ leader: 1, replicas: [1] }] })),
    }),
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
  const lines = await checkTopics(adminOf(['in'], ['in', 'state'], ['in'], ['in', 'state']), WISHES);
  expect(lines[0]).toMatch(/^topic state: 1 partitions/);
  expect(lines[1]).toBe('topic commands: will be made');
});

test('an input that nobody knows is an error at once', async () => {
  await expect(checkTopics(adminOf([]), WISHES)).rejects.toMatchObject({ code: 'KAFKA_TOPIC' });
});
