import kafkajs, { type Admin, type ITopicMetadata } from 'kafkajs';
import { ForetideError } from '../errors.ts';
import { partitionsOf } from '../source/kafka-admin.ts';
import { typeOf } from '../source/kafkajs-error.ts';
import type { StoreTopics } from './kafka-settings.ts';

/** Replicas of a topic that is made, where there are brokers enough. */
const REPLICAS = 3;
/** Compaction leaves a segment alone while it is written to: small ones, so that a restore has little to read. */
const SEGMENT_BYTES = 64 * 1024 * 1024;

/** How often it is looked whether new topics have leaders, and the time between two looks, ms. */
const MOST_LOOKS = 150;
const LOOK_EVERY = 200;

/** What is asked of topics. */
export interface TopicWishes {
  /** The input topic, after whose partitions the others go. */
  readonly input: string;
  readonly topics: StoreTopics;
  /** Replicas; undefined: 3, or as many as there are brokers. */
  readonly replication: number | undefined;
  /** How long the input must keep its records, ms; 0: as long as it likes. */
  readonly keepFor: number;
}

/** The topics of a store: which they are and what is to be set of them. */
function wished({
  changelog,
  commands,
  outputs,
  dead,
}: StoreTopics): { readonly name: string; readonly compact: boolean; readonly isKept: boolean }[] {
  const others = [...Object.values(outputs), ...(dead === undefined ? [] : [dead])];
  return [
    { name: changelog, compact: true, isKept: false },
    { name: commands, compact: false, isKept: true },
    ...[...new Set(others)].map((name) => ({ name, compact: false, isKept: false })),
  ];
}

/**
 * Makes the store's topics where they are absent, with the input's number of partitions, and checks those that are there.
 *
 * @returns a line for each
 * @throws ForetideError KAFKA_TOPIC where one cannot serve
 */
export async function ensureTopics(admin: Admin, wishes: TopicWishes): Promise<readonly string[]> {
  const partitions = await partitionsOf(admin, wishes.input);
  const known = new Set(await admin.listTopics());
  const absent = wished(wishes.topics).filter(({ name }) => !known.has(name));
  if (absent.length > 0) {
    const replicas = await replicasOf(admin, wishes.replication);
    await admin.createTopics({
      // kafkajs's own waiting ends with an error where the broker that it asks does not know of a topic at once
      waitForLeaders: false,
      topics: absent.map(({ name, compact, isKept }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: [
          ...(replicas >= REPLICAS ? [{ name: 'min.insync.replicas', value: String(replicas - 1) }] : []),
          ...(compact
            ? [
                { name: 'cleanup.policy', value: 'compact' },
                { name: 'segment.bytes', value: String(SEGMENT_BYTES) },
              ]
            : []),
          // a replay needs them as long as there are records
          ...(isKept ? [{ name: 'retention.ms', value: '-1' }] : []),
        ],
      })),
    });
    await untilLed(
      admin,
      absent.map(({ name }) => name),
      partitions,
    );
  }
  return checkTopics(admin, wishes);
}

/** Waits until all partitions of topics that have just been made have a leader, as the broker knows that is asked. */
async function untilLed(admin: Admin, topics: string[], count: number): Promise<void> {
  for (let left = MOST_LOOKS; ; left--) {
    try {
      const told = await admin.fetchTopicMetadata({ topics });
      const isLed = ({ partitions }: ITopicMetadata): boolean =>
        partitions.length === count && partitions.every(({ leader }) => leader >= 0);
      if (told.topics.every(isLed)) return;
    } catch (error) {
      if (left === 0) throw error;
    }
    if (left === 0) return;
    await pause();
  }
}

/**
 * Checks the store's topics, those that are absent aside; makes nothing.
 *
 * @returns a line for each
 * @throws ForetideError KAFKA_TOPIC
 */
export async function checkTopics(
  admin: Admin,
  { input, topics, keepFor }: TopicWishes,
): Promise<readonly string[]> {
  const partitions = await partitionsOf(admin, input);
  const retention = Number((await configOf(admin, input, ['retention.ms'])).get('retention.ms') ?? -1);
  if (retention >= 0 && retention < keepFor) {
    throw unfit(`Topic ${input} forgets what a restart has to read again`, {
      expected: `retention.ms of at least ${keepFor}, twice store.generationEvery`,
      got: String(retention),
      todo: 'Keep the input longer, or write generations more often.',
    });
  }
  const known = new Set(await admin.listTopics());
  const all = wished(topics);
  const present = await topicsTold(
    admin,
    all.flatMap(({ name }) => (known.has(name) ? [name] : [])),
  );
  const lines: string[] = [];
  for (const { name, compact } of all) {
    const topic = present.get(name);
    if (!topic) {
      lines.push(`topic ${name}: will be made`);
      continue;
    }
    const count = topic.partitions.length;
    if (count !== partitions) {
      throw unfit(`Topic ${name} has another number of partitions than the input topic ${input}`, {
        expected: String(partitions),
        got: String(count),
        todo: 'A partition of the input and its state go together: make a topic of that many partitions and name it.',
      });
    }
    const { policy, durable } = await durabilityOf(admin, topic);
    if (compact && policy !== undefined && policy !== 'compact') {
      throw unfit(`Topic ${name} would lose state`, {
        expected: 'cleanup.policy compact',
        got: policy,
        todo: 'Set cleanup.policy to compact, or name another topic with store.topic.',
      });
    }
    if (!compact && policy?.includes('compact')) {
      throw unfit(`Topic ${name} would lose outputs`, {
        expected: 'cleanup.policy delete',
        got: policy,
        todo: 'Set cleanup.policy to delete, or name another topic.',
      });
    }
    lines.push(`topic ${name}: ${count} partitions${compact ? ', compacted' : ''}${durable}`);
  }
  return lines;
}

/** What the broker that is asked tells of topics that another has listed: one that has just been made is not known to all of them at once. */
async function topicsTold(admin: Admin, names: string[]): Promise<ReadonlyMap<string, ITopicMetadata>> {
  if (names.length === 0) return new Map();
  for (let left = MOST_LOOKS; ; left--) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: names });
      return new Map(topics.map((topic) => [topic.name, topic]));
    } catch (error) {
      if (left === 0 || typeOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    }
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    // the global one, which a simulation has its own of
    setTimeout(resolve, LOOK_EVERY);
  });
}

/** Removes what a store has written, and the group's offsets: the next run begins anew. */
export async function removeTopics(admin: Admin, { topics }: TopicWishes, group: string): Promise<void> {
  const known = new Set(await admin.listTopics());
  const { groups } = await admin.describeGroups([group]);
  const members = groups[0]?.members.length ?? 0;
  if (members > 0) {
    throw new ForetideError('STORE_LOCKED', {
      what: 'State that others go on with cannot be removed',
      expected: 'no member',
      got: String(members),
      where: `group ${group}`,
      todo: 'Stop them first.',
    });
  }
  const present = wished(topics).filter(({ name }) => known.has(name));
  if (present.length > 0) await admin.deleteTopics({ topics: present.map(({ name }) => name) });
  if (groups[0]?.state === 'Empty') await admin.deleteGroups([group]);
}

async function replicasOf(admin: Admin, asked: number | undefined): Promise<number> {
  const { brokers } = await admin.describeCluster();
  if (asked === undefined) return Math.min(REPLICAS, brokers.length);
  if (asked <= brokers.length) return asked;
  throw unfit('There are fewer brokers than replicas are asked for', {
    expected: `at most ${brokers.length}`,
    got: String(asked),
    todo: 'Correct store.replication.',
  });
}

/** These of a topic's settings; nothing where this user may not read them. */
async function configOf(
  admin: Admin,
  name: string,
  configNames: string[],
): Promise<ReadonlyMap<string, string>> {
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames };
  const described = await admin
    .describeConfigs({ resources: [resource], includeSynonyms: false })
    .catch(() => undefined);
  const entries = described?.resources[0]?.configEntries ?? [];
  return new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
}

/** How a topic is cleaned up, and how safely it is kept, in words. */
async function durabilityOf(
  admin: Admin,
  { name, partitions }: ITopicMetadata,
): Promise<{ readonly policy: string | undefined; readonly durable: string }> {
  const config = await configOf(admin, name, ['cleanup.policy', 'min.insync.replicas']);
  const replicas = partitions[0]?.replicas.length ?? 0;
  const least = Number(config.get('min.insync.replicas') ?? 1);
  if (least > replicas) {
    throw unfit(`Nothing can be written to topic ${name}`, {
      expected: `min.insync.replicas of at most ${replicas}, its replicas`,
      got: String(least),
      todo: 'Lower min.insync.replicas or add replicas.',
    });
  }
  const warning =
    replicas > 1 && least === 1
      ? '; warning: min.insync.replicas is 1: what one broker alone has acknowledged is lost with it'
      : '';
  return { policy: config.get('cleanup.policy'), durable: `, replicas: ${replicas}${warning}` };
}

function unfit(what: string, facts: { expected: string; got: string; todo: string }): ForetideError {
  return new ForetideError('KAFKA_TOPIC', { what, ...facts });
}
