import fc from 'fast-check';
import kafkajs, { type Assigner, type Cluster, type GroupMember } from 'kafkajs';
import { beforeEach, describe, expect, test } from 'vitest';

import { ForetideError } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import { stickyAssigner } from '../../src/source/kafka-assigner.ts';
import { claimBytes } from '../../src/source/kafka-claim.ts';
import type { Claim } from '../../src/source/share-out.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

/** Topics that there are, each with its number of partitions. */
let topics: Record<string, number>;
let failures: unknown[];
let warned: string[];
/** What the coordinator answers to `syncGroup`. */
let answer: Buffer;

beforeEach(() => {
  topics = { in: 6, state: 6 };
  failures = [];
  warned = [];
});

/** As much of kafkajs's cluster as an assigner uses: it knows the partitions of the topics that it was asked to follow. */
class KnownTopics {
  readonly known: Set<string>;
  readonly coordinator = { syncGroup: async () => ({ memberAssignment: answer }) };

  constructor(known: readonly string[]) {
    this.known = new Set(known);
  }
  findTopicPartitionMetadata(topic: string): unknown[] {
    return Array.from({ length: this.known.has(topic) ? (topics[topic] ?? 0) : 0 });
  }
  async addTargetTopic(topic: string): Promise<void> {
    if (topics[topic] === undefined) throw new Error('This server does not host this topic-partition');
    this.known.add(topic);
  }
  async findGroupCoordinator(): Promise<unknown> {
    return this.coordinator;
  }
}

function assigner(cluster = new KnownTopics(['in', 'state'])): Assigner {
  const log = { ...silentLog, warn: (_: object, message: string) => void warned.push(message) };
  const make = stickyAssigner({ log, fail: (error) => failures.push(error) });
  const kafka = new kafkajs.Kafka({ brokers: ['127.0.0.1:1'] });
  return make({ cluster: cluster as unknown as Cluster, groupId: 'g', logger: kafka.logger() });
}

function member(memberId: string, reads: string[], claim?: Claim | Buffer): GroupMember {
  const userData = Buffer.isBuffer(claim) ? claim : claim ? claimBytes(claim) : Buffer.alloc(0);
  return { memberId, memberMetadata: MemberMetadata.encode({ version: 0, topics: reads, userData }) };
}

async function assigned(
  members: readonly GroupMember[],
  { own = ['in', 'state'], by = assigner() } = {},
): Promise<Record<string, Record<string, number[]>>> {
  const result = await by.assign({ members: [...members], topics: own });
  return Object.fromEntries(
    result.map(({ memberId, memberAssignment }) => [
      memberId,
      { ...MemberAssignment.decode(memberAssignment)!.assignment },
    ]),
  );
}

describe('assign', () => {
  test('gives partition p of every topic to the same member, the same number to each', async () => {
    const both = ['in', 'state'];
    const members = [member('a', both, { generation: 3, partitions: [5, 0] }), member('b', both)];
    expect(await assigned(members)).toEqual({
      a: { in: [0, 3, 5], state: [0, 3, 5] },
      b: { in: [1, 2, 4], state: [1, 2, 4] },
    });
  });

  test('whatever stands in the user data: every partition is with one member, the same in both topics', async () => {
    const claims = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        fc.record({ generation: fc.nat(), partitions: fc.array(fc.nat({ max: 12 })) }),
      ),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(claims, async (all) => {
        const shares = await assigned(all.map((claim, i) => member(`m${i}`, ['in', 'state'], claim)));
        for (const topic of ['in', 'state']) {
          const numbers = Object.values(shares).flatMap((share) => share[topic] ?? []);
          expect(numbers.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
        }
        for (const share of Object.values(shares)) expect(share['in']).toEqual(share['state']);
      }),
    );
  });

  test('the order in which the members come changes nothing', async () => {
    const members = ['c', 'a', 'b'].map((id) => member(id, ['in', 'state']));
    expect(await assigned(members.toReversed())).toEqual(await assigned(members));
  });

  test('members beyond the partitions wait; that is said once', async () => {
    topics = { in: 2, state: 2 };
    const by = assigner();
    const members = ['a', 'b', 'c'].map((id) => member(id, ['in', 'state']));
    for (let i = 0; i < 2; i++) {
      expect(await assigned(members, { by })).toEqual({
        a: { in: [0], state: [0] },
        b: { in: [1], state: [1] },
        c: {},
      });
    }
    expect(warned).toEqual(['More members in the group than partitions: the rest of them wait']);
  });
});

describe('members that read different topics', () => {
  test('who reads only some of the topics that belong together gets nothing of them', async () => {
    const members = [member('old', ['in']), member('new', ['in', 'state'])];
    const all = [0, 1, 2, 3, 4, 5];
    expect(await assigned(members)).toEqual({ old: {}, new: { in: all, state: all } });
    expect(await assigned(members, { own: ['in'], by: assigner(new KnownTopics(['in'])) })).toEqual({
      old: {},
      new: { in: all, state: all },
    });
    expect(warned).toHaveLength(2);
  });

  test('topics that nobody reads together are shared out apart, also by a leader that reads neither', async () => {
    topics = { in: 2, other: 3, own: 1 };
    const members = [
      member('a', ['in']),
      member('b', ['other']),
      member('c', ['own']),
      member('d', ['other']),
    ];
    const shares = await assigned(members, { own: ['own'], by: assigner(new KnownTopics(['own'])) });
    expect(shares).toEqual({ a: { in: [0, 1] }, b: { other: [0, 2] }, c: { own: [0] }, d: { other: [1] } });
  });

  test('a topic of another member that is gone has no partitions', async () => {
    const shares = await assigned([member('a', ['in', 'state']), member('b', ['gone'])]);
    expect(shares).toMatchObject({ a: { in: [0, 1, 2, 3, 4, 5] }, b: {} });
  });

  test('bytes that are no subscription get nothing', async () => {
    const broken = { memberId: 'b', memberMetadata: Buffer.from([0]) };
    expect(await assigned([member('a', ['in', 'state']), broken])).toMatchObject({ b: {} });
  });

  test('none who reads all that belong together: KAFKA_TOPIC', async () => {
    topics = { a: 1, b: 1, c: 1 };
    const members = [member('x', ['a', 'b']), member('y', ['b', 'c'])];
    const by = assigner(new KnownTopics(['a', 'b']));
    await expect(assigned(members, { own: ['a', 'b'], by })).rejects.toThrow(/a member that reads a, b, c/);
    expect(failures).toMatchObject([{ code: 'KAFKA_TOPIC' }]);
  });
});

describe('topics of unequal numbers of partitions', () => {
  const message =
    'Topics that are read together have different numbers of partitions: expected as many in each: partition p of all of them is ' +
    'read by one process, got in: 6, state: 4. Add partitions to the topic that has fewer, or make it anew';

  test('end the run of the leader, and kafkajs does not try again', async () => {
    topics = { in: 6, state: 4 };
    await expect(assigned([member('a', ['in', 'state'])])).rejects.toMatchObject({
      retriable: false,
      message,
    });
    expect(failures).toEqual([expect.any(ForetideError)]);
    expect(failures).toMatchObject([{ code: 'KAFKA_TOPIC', message, canRetry: false }]);
  });

  test('end the run of every other member before it joins', () => {
    topics = { in: 6, state: 4 };
    expect(() => assigner().protocol({ topics: ['in', 'state'] })).toThrow(message);
    expect(failures).toMatchObject([{ code: 'KAFKA_TOPIC' }]);
  });

  test('other errors are left to kafkajs', () => {
    const cluster = new KnownTopics(['in']);
    cluster.findTopicPartitionMetadata = () => {
      throw new kafkajs.KafkaJSError('Topic metadata not loaded');
    };
    expect(() => assigner(cluster).protocol({ topics: ['in'] })).toThrow('Topic metadata not loaded');
    expect(failures).toEqual([]);
  });
});

describe('protocol', () => {
  const offered = (by: Assigner) => {
    const { name, metadata } = by.protocol({ topics: ['in', 'state'] });
    const { topics: reads, userData } = MemberMetadata.decode(metadata)!;
    return { name, reads, claim: userData.toString() };
  };

  test('claims nothing at first, then what the coordinator has assigned last, with the generation', async () => {
    const cluster = new KnownTopics(['in', 'state']);
    const by = assigner(cluster);
    const reads = ['in', 'state'];
    expect(offered(by)).toEqual({
      name: 'foretide-sticky',
      reads,
      claim: '{"version":1,"generation":0,"partitions":[]}',
    });
    const sync = async (generationId: number): Promise<unknown> => {
      const coordinator = (await cluster.findGroupCoordinator()) as {
        syncGroup(asked: object): Promise<unknown>;
      };
      return coordinator.syncGroup({ generationId });
    };
    const assignment = { in: [4, 1], state: [4, 1] };
    answer = MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) });
    expect(await sync(7)).toEqual({ memberAssignment: answer });
    expect(offered(by).claim).toBe('{"version":1,"generation":7,"partitions":[4,1]}');
    answer = Buffer.alloc(0);
    await sync(8);
    expect(offered(by).claim).toBe('{"version":1,"generation":8,"partitions":[]}');
  });
});
