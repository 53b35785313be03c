import { expect, test } from 'vitest';
import { checkTopics, ensureTopics, removeTopics, type TopicWishes } from '../../src/store/kafka-topics.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';

describeWithKafka('the topics of a store', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  const wishesFor = async (over: Partial<TopicWishes> = {}): Promise<TopicWishes> => ({
    input: await kafka.make(3),
    topics: {
      changelog: kafka.name(),
      commands: kafka.name(),
      outputs: { forecast: kafka.name() },
      dead: kafka.name(),
    },
    replication: undefined,
    keepFor: 0,
    ...over,
  });
  const ensure = (wishes: TopicWishes) => kafka.admin((admin) => ensureTopics(admin, wishes));

  test('are made as they have to be, once, and told', async () => {
    const wishes = await wishesFor();
    const { changelog, commands, outputs, dead } = wishes.topics;
    expect(await kafka.admin((admin) => checkTopics(admin, wishes))).toEqual(
      [changelog, commands, outputs['forecast'], dead].map((name) => `topic ${name}: will be made`),
    );
    const lines = await ensure(wishes);
    expect(lines).toEqual([
      `topic ${changelog}: 3 partitions, compacted, replicas: 1`,
      `topic ${commands}: 3 partitions, replicas: 1`,
      `topic ${outputs['forecast']}: 3 partitions, replicas: 1`,
      `topic ${dead}: 3 partitions, replicas: 1`,
    ]);
    expect(await ensure(wishes)).toEqual(lines);
  });

  test('are removed, those that are there', async () => {
    const wishes = await wishesFor();
    await ensure(wishes);
    await kafka.admin((admin) => removeTopics(admin, wishes, kafka.name()));
    await expect
      .poll(async () => (await kafka.admin((admin) => checkTopics(admin, wishes))).join(), {
        timeout: 10_000,
      })
      .not.toContain('partitions');
    await kafka.admin((admin) => removeTopics(admin, wishes, kafka.name()));
  });

  test.each([
    ['another number of partitions', 2, {}, '2'],
    ['a changelog that loses state', 3, { 'cleanup.policy': 'delete' }, 'delete'],
    ['a changelog that loses state with time', 3, { 'cleanup.policy': 'compact,delete' }, 'compact,delete'],
    [
      'one that nothing can be written to',
      3,
      { 'cleanup.policy': 'compact', 'min.insync.replicas': '2' },
      '2',
    ],
  ])('that are there and cannot serve are refused: %s', async (_, partitions, config, got) => {
    const wishes = await wishesFor();
    const changelog = await kafka.make(partitions, config);
    await expect(ensure({ ...wishes, topics: { ...wishes.topics, changelog } })).rejects.toMatchObject({
      code: 'KAFKA_TOPIC',
      facts: { got },
    });
  });

  test('outputs must not be compacted, and replicas need brokers', async () => {
    const wishes = await wishesFor();
    const dead = await kafka.make(3, { 'cleanup.policy': 'compact' });
    await expect(ensure({ ...wishes, topics: { ...wishes.topics, dead } })).rejects.toMatchObject({
      code: 'KAFKA_TOPIC',
    });
    await expect(ensure(await wishesFor({ replication: 30 }))).rejects.toMatchObject({
      code: 'KAFKA_TOPIC',
      facts: { got: '30' },
    });
  });

  test('the input must keep what a restart reads again', async () => {
    const input = await kafka.make(3, { 'retention.ms': '1000' });
    await expect(ensure(await wishesFor({ input, keepFor: 1001 }))).rejects.toMatchObject({
      code: 'KAFKA_TOPIC',
      facts: { got: '1000' },
    });
    await ensure(await wishesFor({ input, keepFor: 1000 }));
  });
});
