import kafkajs, {
  type Assigner,
  type Cluster,
  type GroupMember,
  type GroupMemberAssignment,
  type GroupState,
  type PartitionAssigner,
} from 'kafkajs';

import { ForetideError } from '../errors.ts';
import { claimBytes, claimOf, NO_CLAIM } from './kafka-claim.ts';
import { tellGenerations } from './kafkajs-generation.ts';
import type { Log } from '../log.ts';
import { type Claim, shareOut, type Sharer } from './share-out.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

/**
 * Version of Kafka's own records around ours, not of this assigner: since version 1 they repeat what a member holds, without the
 * generation.
 */
const RECORD_VERSION = 0;

/** What the assigner is given by the run that it serves. */
export interface StickyParts {
  readonly log: Log;
  /**
   * Is told what ends the run. kafkajs itself ends for good on an error of an assigner at the first joining, tries it again at a
   * later one, and passes it on as a message only.
   */
  readonly fail: (error: unknown) => void;
}

/** A member, with what it reads. */
interface Subscriber extends Sharer {
  readonly topics: readonly string[];
}

/**
 * An assigner for kafkajs's `partitionAssigners`: `foretide-sticky`.
 *
 * 1. Partition p of every topic goes to the same member. Topics that are read together need equal numbers of partitions.
 * 2. Balanced and sticky, as {@link shareOut}: each member claims what it was given last, with the group's generation, so that a
 *    member that was away loses against whoever has taken over.
 * 3. A member gets nothing of a topic that it has not subscribed to. Topics belong together when one member reads both; only
 *    members that read all of those take part. Topics that no member has in common are shared out apart.
 * 4. Members beyond the number of partitions wait, and are told of in the log, once.
 *
 * A member that offers another assigner alone cannot join such a group: Kafka asks for one that all know.
 *
 * @throws ForetideError KAFKA_TOPIC, to `fail`, in every member that reads topics of unequal numbers
 */
export function stickyAssigner(parts: StickyParts): PartitionAssigner {
  return ({ cluster }) => new StickyAssigner(cluster, parts);
}

class StickyAssigner implements Assigner {
  readonly name = 'foretide-sticky';
  readonly version = 1;
  readonly #cluster: Cluster;
  readonly #parts: StickyParts;
  readonly #said = new Set<string>();
  #claim: Claim = NO_CLAIM;

  constructor(cluster: Cluster, parts: StickyParts) {
    this.#cluster = cluster;
    this.#parts = parts;
    tellGenerations(cluster, (generation, assignment) => {
      this.#claim = { generation, partitions: [...new Set(Object.values(assignment).flat())] };
    });
  }

  /** What this member offers to the group whenever it joins. */
  protocol({ topics }: { readonly topics: readonly string[] }): GroupState {
    this.#ending(() => this.#partitions(topics));
    const userData = claimBytes(this.#claim);
    return {
      name: this.name,
      metadata: MemberMetadata.encode({ version: RECORD_VERSION, topics: [...topics], userData }),
    };
  }

  /** Called in the group's leader, with what `protocol` gave in each member. */
  async assign({
    members,
    topics,
  }: {
    readonly members: readonly GroupMember[];
    readonly topics: readonly string[];
  }): Promise<GroupMemberAssignment[]> {
    const subscribers = members.map(subscriberOf);
    await this.#know(subscribers.flatMap((each) => each.topics).filter((topic) => !topics.includes(topic)));
    const assigned = new Map<string, Record<string, number[]>>(subscribers.map(({ id }) => [id, {}]));
    this.#ending(() => {
      for (const together of topicsTogether(subscribers)) this.#assign(together, subscribers, assigned);
    });
    return Array.from(assigned, ([memberId, assignment]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({
        version: RECORD_VERSION,
        assignment,
        userData: Buffer.alloc(0),
      }),
    }));
  }

  /** Assigns topics that belong together. */
  #assign(
    topics: readonly string[],
    subscribers: readonly Subscriber[],
    assigned: ReadonlyMap<string, Record<string, number[]>>,
  ): void {
    const count = this.#partitions(topics);
    const members = subscribers.filter((each) => topics.every((topic) => each.topics.includes(topic)));
    if (members.length === 0) throw nobodyReadsAll(topics);
    for (const [id, partitions] of shareOut(count, members)) {
      if (partitions.length === 0) continue;
      for (const topic of topics) assigned.get(id)![topic] = [...partitions];
    }
    const facts = { topics, partitions: count, members: members.length };
    if (members.length > count)
      this.#say(facts, 'More members in the group than partitions: the rest of them wait');
    if (subscribers.some((each) => each.topics.includes(topics[0]!) && !members.includes(each)))
      this.#say(facts, 'Members that read only some of the topics that belong together get nothing of them');
  }

  /**
   * Number of partitions that each of the topics has.
   *
   * @throws ForetideError KAFKA_TOPIC
   */
  #partitions(topics: readonly string[]): number {
    const counts = topics.map((topic) => this.#cluster.findTopicPartitionMetadata(topic).length);
    if (counts.every((count) => count === counts[0])) return counts[0] ?? 0;
    throw new ForetideError('KAFKA_TOPIC', {
      what: 'Topics that are read together have different numbers of partitions',
      expected: 'as many in each: partition p of all of them is read by one process',
      got: topics.map((topic, i) => `${topic}: ${counts[i]}`).join(', '),
      todo: 'Add partitions to the topic that has fewer, or make it anew',
    });
  }

  /** Topics of other members: their partitions are asked for; one that is gone has none. */
  async #know(topics: readonly string[]): Promise<void> {
    for (const topic of new Set(topics)) await this.#cluster.addTargetTopic(topic).catch(() => undefined);
  }

  /** Work whose errors end the run. */
  #ending<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof ForetideError) {
        this.#parts.fail(error);
        throw new kafkajs.KafkaJSNonRetriableError(error.message);
      }
      throw error;
    }
  }

  #say(facts: Readonly<Record<string, unknown>>, message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    this.#parts.log.warn(facts, message);
  }
}

/** What a member says of itself; what cannot be read subscribes to nothing. */
function subscriberOf({ memberId, memberMetadata }: GroupMember): Subscriber {
  try {
    const { topics, userData } = MemberMetadata.decode(memberMetadata)!;
    return { id: memberId, topics, claim: claimOf(userData) };
  } catch {
    return { id: memberId, topics: [], claim: NO_CLAIM };
  }
}

/** All topics, sorted, those that some member reads together in one list. */
function topicsTogether(subscribers: readonly Subscriber[]): readonly (readonly string[])[] {
  let all: ReadonlySet<string>[] = [];
  for (const { topics } of subscribers) {
    const joined = all.filter((other) => topics.some((topic) => other.has(topic)));
    all = all.filter((other) => !joined.includes(other));
    all.push(new Set([...topics, ...joined.flatMap((other) => [...other])]));
  }
  return all.filter(({ size }) => size > 0).map((topics) => [...topics].toSorted());
}

function nobodyReadsAll(topics: readonly string[]): ForetideError {
  return new ForetideError('KAFKA_TOPIC', {
    what: 'The members of the group read different topics, and none of them reads all that belong together',
    expected: `a member that reads ${topics.join(', ')}`,
    todo: 'Give each pipeline a group of its own with `input.group`',
  });
}
