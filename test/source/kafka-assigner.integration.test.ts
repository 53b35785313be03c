import kafkajs, { type Assignment, type Consumer, type PartitionAssigner } from 'kafkajs';
import { afterEach, expect, test } from 'vitest';

import { silentLog } from '../../src/log.ts';
import { stickyAssigner } from '../../src/source/kafka-assigner.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from './kafka-topics.ts';

const { MemberAssignment } = kafkajs.AssignerProtocol;

describeWithKafka('stickyAssigner in a real group', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  const all = [...Array(12).keys()];
  const members: Member[] = [];
  afterEach(async () => {
    await Promise.all(members.splice(0).map((member) => member.leave()));
  });

  /** A consumer of the topics that notes what it is given. */
  class Member {
    readonly consumer: Consumer;
    readonly failures: unknown[] = [];
    readonly crashes: { readonly message: string; readonly restart: boolean }[] = [];
    /** What each leader has ever assigned: by member, by topic. */
    readonly ruled: Readonly<Record<string, Assignment>>[] = [];
    owned: Assignment = {};

    constructor(client: kafkajs.Kafka, groupId: string, assigner: PartitionAssigner | undefined) {
      const noting: PartitionAssigner = (config) => {
        const made = assigner!(config);
        const assign = made.assign.bind(made);
        made.assign = async (group) => {
          const result = await assign(group);
          const decoded = result.map(({ memberId, memberAssignment }) => [
            memberId,
            MemberAssignment.decode(memberAssignment)!.assignment,
          ]);
          this.ruled.push(Object.fromEntries(decoded));
          return result;
        };
        return made;
      };
      const sticky = stickyAssigner({ log: silentLog, fail: (error) => this.failures.push(error) });
      assigner ??= sticky;
      this.consumer = client.consumer({
        groupId,
        partitionAssigners: [noting],
        sessionTimeout: 6000,
        heartbeatInterval: 200,
        maxWaitTimeInMs: 100,
        allowAutoTopicCreation: false,
      });
      const { GROUP_JOIN, REBALANCING, CRASH } = this.consumer.events;
      this.consumer.on(GROUP_JOIN, ({ payload }) => void (this.owned = payload.memberAssignment));
      this.consumer.on(REBALANCING, () => void (this.owned = {}));
      this.consumer.on(CRASH, ({ payload: { error, restart } }) => {
        this.crashes.push({ message: error.message, restart });
      });
    }

    numbers(topic: string): readonly number[] {
      return [...(this.owned[topic] ?? [])].toSorted((a, b) => a - b);
    }

    leave(): Promise<void> {
      members.splice(members.indexOf(this), members.includes(this) ? 1 : 0);
      return this.consumer.disconnect();
    }
  }

  /**
   * Waits until the broker can be asked about a group: the first one of a new broker waits for a topic that is being made. kafkajs,
   * which waits for less long where NODE_ENV is test, gives up before.
   */
  async function coordinated(groupId: string): Promise<void> {
    const asked = () =>
      kafka
        .admin((admin) => admin.fetchOffsets({ groupId }))
        .then(
          () => 'known',
          (error: unknown) => String(error),
        );
    await expect.poll(asked, { timeout: 20_000 }).toBe('known');
  }

  async function join(topics: readonly string[], assigner?: PartitionAssigner): Promise<Member> {
    await coordinated(topics[0]!);
    const member = new Member(await kafka.client(), topics[0]!, assigner);
    members.push(member);
    await member.consumer.connect();
    await member.consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await member.consumer.run({ eachBatch: async () => undefined });
    return member;
  }

  /** Waits until so many members share all partitions, and tells the owner of each. */
  async function settled(topic: string): Promise<readonly Member[]> {
    await expect
      .poll(() => members.flatMap((member) => member.numbers(topic)).toSorted((a, b) => a - b), {
        timeout: 20_000,
      })
      .toEqual(all);
    const sizes = members.map((member) => member.numbers(topic).length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    return all.map((partition) => members.find((member) => member.numbers(topic).includes(partition))!);
  }

  /** Partitions that three members share, of whom the third then leaves: how many change hands. */
  async function movesWhenTheThirdLeaves(
    topics: readonly string[],
    assigner?: PartitionAssigner,
  ): Promise<number> {
    for (let n = 1; n <= 3; n++) {
      await join(topics, assigner);
      await expect
        .poll(() => members.map((member) => member.numbers(topics[0]!).length), { timeout: 20_000 })
        .toEqual(Array.from({ length: n }, () => 12 / n));
    }
    const before = await settled(topics[0]!);
    await members[2]!.leave();
    const after = await settled(topics[0]!);
    return after.filter((owner, partition) => owner !== before[partition]).length;
  }

  test('as members come and go every partition is with exactly one, and no more of them move than must', async () => {
    const topics = [await kafka.make(12), await kafka.make(12)];
    const [topic, other] = topics as [string, string];
    const a = await join(topics);
    await expect.poll(() => a.numbers(topic), { timeout: 20_000 }).toEqual(all);
    const b = await join(topics);
    await expect
      .poll(() => [a, b].map((each) => each.numbers(topic).length), { timeout: 20_000 })
      .toEqual([6, 6]);
    const two = await settled(topic);
    const c = await join(topics);
    await expect.poll(() => c.numbers(topic).length, { timeout: 20_000 }).toBe(4);
    const three = await settled(topic);
    // who came has 4, and nothing else has moved
    expect(three.filter((owner, partition) => owner !== two[partition])).toEqual([c, c, c, c]);
    await a.leave();
    const rest = await settled(topic);
    for (const [partition, owner] of three.entries()) if (owner !== a) expect(rest[partition]).toBe(owner);

    for (const member of [b, c]) expect(member.numbers(other)).toEqual(member.numbers(topic));
    const ruled = [a, b, c].flatMap((member) => member.ruled);
    expect(ruled.length).toBeGreaterThanOrEqual(4);
    for (const assignment of ruled) {
      for (const each of topics) {
        const numbers = Object.values(assignment).flatMap((share) => share[each] ?? []);
        expect(numbers.toSorted((x, y) => x - y)).toEqual(all);
      }
    }
    for (const { failures, crashes } of [a, b, c]) expect([failures, crashes]).toEqual([[], []]);
  });

  test('of 12 partitions the 4 of the third of three members move when it leaves; with round robin more', async () => {
    const ours = await movesWhenTheThirdLeaves([await kafka.make(12)]);
    await Promise.all(members.splice(0).map((member) => member.leave()));
    const theirs = await movesWhenTheThirdLeaves(
      [await kafka.make(12)],
      kafkajs.PartitionAssigners.roundRobin,
    );
    console.log(`moved of 12: ${ours} sticky, ${theirs} round robin`);
    expect(ours).toBe(4);
    expect(theirs).toBeGreaterThan(4);
  });

  test('unequal numbers of partitions end every member at once, before it joins', async () => {
    const topics = [await kafka.make(3), await kafka.make(2)];
    for (const member of [await join(topics), await join(topics)]) {
      await expect.poll(() => member.crashes, { timeout: 5000 }).toMatchObject([{ restart: false }]);
      expect(member.failures).toMatchObject([{ code: 'KAFKA_TOPIC' }]);
    }
  });

  test('numbers that become unequal end the leader when it next assigns, without another try', async () => {
    const topics = [await kafka.make(12), await kafka.make(12)];
    const leader = await join(topics);
    await settled(topics[0]!);
    await kafka.admin((admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: topics[0]!, count: 13 }] }),
    );
    const other = await join(topics);
    const ended = () => [...leader.crashes, ...other.crashes];
    await expect
      .poll(() => leader.failures.length + other.failures.length, { timeout: 10_000 })
      .toBeGreaterThan(0);
    await expect.poll(ended, { timeout: 5000 }).not.toEqual([]);
    expect(ended().every(({ restart }) => !restart)).toBe(true);
    expect([...leader.failures, ...other.failures][0]).toMatchObject({ code: 'KAFKA_TOPIC' });
  });
});
