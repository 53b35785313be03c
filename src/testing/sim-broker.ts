import type { Message } from 'kafkajs';
import type { Request } from './failpoints.ts';
import type { Joined } from './groups.ts';
import { brokerError, noAnswer, offsetOutOfRange } from './kafkajs-parts.ts';
import type { LoggedBatch, SentRecord } from './partition-log.ts';
import type { SimCluster } from './sim-cluster.ts';
import type { SimNetwork } from './sim-network.ts';
import type { ProducerIdentity } from './transactions.ts';
import type { SimProcess } from './virtual-clock.ts';

/** The one broker's number. */
export const NODE = 0;

/** Where a request comes from, what it goes through, and to what. */
export interface SimConnection {
  readonly process: SimProcess;
  readonly network: SimNetwork;
  readonly cluster: SimCluster;
  readonly random: () => number;
  /** What kind of topic it is, for the names of failpoints. */
  readonly kindOf: (topic: string) => 'changelog' | 'output' | 'dead';
}

interface TopicPartitions<P> {
  readonly topic: string;
  readonly partitions: readonly P[];
}

const READ_COMMITTED = 1;
const EARLIEST = -2;
/** Most batches of one partition in an answer. */
const MOST_BATCHES = 6;

/** kafkajs's `Broker`, as far as consumer, producer and admin use it: each call is a request over the simulated network. */
export class SimBroker {
  readonly nodeId = NODE;
  readonly #connection: SimConnection;
  #names = 0;

  constructor(connection: SimConnection) {
    this.#connection = connection;
  }

  isConnected(): boolean {
    return true;
  }

  ask<T>(request: Request, perform: (cluster: SimCluster) => T | Promise<T>): Promise<T> {
    const { process, network, cluster, random } = this.#connection;
    return network.ask(
      process,
      request,
      () => perform(cluster),
      () => noAnswer(random() < 0.5),
    );
  }

  metadata(topics: readonly string[]) {
    return this.ask('client.metadata', (cluster) => {
      const names = topics.length === 0 ? [...cluster.topics.keys()] : topics;
      return {
        brokers: [{ nodeId: NODE, host: 'sim', port: 9092, rack: null }],
        clusterId: 'sim',
        controllerId: NODE,
        topicMetadata: names.map((topic) => {
          const known = cluster.topics.get(topic);
          if (!known) throw brokerError('UNKNOWN_TOPIC_OR_PARTITION');
          return {
            topicErrorCode: 0,
            topic,
            partitionMetadata: known.partitions.map((_, partitionId) => ({
              partitionErrorCode: 0,
              partitionId,
              leader: NODE,
              replicas: [NODE],
              isr: [NODE],
            })),
          };
        }),
      };
    });
  }

  createTopics({
    topics,
  }: {
    readonly topics: readonly {
      topic: string;
      numPartitions: number;
      configEntries: { name: string; value: string }[];
    }[];
  }): Promise<void> {
    return this.ask('admin.createTopics', (cluster) => {
      for (const { topic, numPartitions, configEntries } of topics)
        cluster.makeTopic(
          topic,
          numPartitions,
          new Map(configEntries.map(({ name, value }) => [name, value])),
        );
    });
  }

  describeConfigs({
    resources,
  }: {
    readonly resources: readonly { readonly name: string; readonly configNames: readonly string[] }[];
  }) {
    return this.ask('admin.configs', (cluster) => ({
      resources: resources.map(({ name, configNames }) => ({
        resourceName: name,
        configEntries: configNames.flatMap((configName) => {
          const configValue = cluster.topics.get(name)?.config.get(configName);
          return configValue === undefined ? [] : [{ configName, configValue }];
        }),
      })),
    }));
  }

  listOffsets({
    isolationLevel,
    topics,
  }: {
    readonly isolationLevel?: number;
    readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly timestamp: number }>[];
  }) {
    return this.ask('client.offsets', (cluster) => ({
      responses: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, timestamp }) => {
          const log = cluster.log(`${topic}/${partition}`);
          const end = isolationLevel === READ_COMMITTED ? log.stable : log.high;
          return { partition, offset: String(timestamp === EARLIEST ? 0 : end) };
        }),
      })),
    }));
  }

  joinGroup({
    groupId,
    memberId,
    sessionTimeout,
    rebalanceTimeout,
    groupProtocols,
  }: {
    readonly groupId: string;
    readonly memberId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<Joined> {
    // the name that a first request would be sent back with
    const id = memberId === '' ? `${this.#connection.process.name}-${(this.#names += 1)}` : memberId;
    return this.ask('consumer.join', (cluster) =>
      cluster
        .group(groupId)
        .join({ memberId: id, sessionTimeout, rebalanceTimeout, protocols: groupProtocols }),
    );
  }

  async syncGroup({
    groupId,
    generationId,
    memberId,
    groupAssignment,
  }: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer }> {
    const memberAssignment = await this.ask('consumer.sync', (cluster) =>
      cluster.group(groupId).sync(memberId, generationId, groupAssignment),
    );
    return { memberAssignment };
  }

  heartbeat({
    groupId,
    memberId,
    groupGenerationId,
  }: {
    readonly groupId: string;
    readonly memberId: string;
    readonly groupGenerationId: number;
  }): Promise<void> {
    return this.ask('consumer.heartbeat', (cluster) =>
      cluster.group(groupId).heartbeat(memberId, groupGenerationId),
    );
  }

  leaveGroup({ groupId, memberId }: { readonly groupId: string; readonly memberId: string }): Promise<void> {
    return this.ask('consumer.leave', (cluster) => cluster.group(groupId).leave(memberId));
  }

  offsetFetch({
    groupId,
    topics,
  }: {
    readonly groupId: string;
    readonly topics: readonly TopicPartitions<{ readonly partition: number }>[];
  }) {
    return this.ask('consumer.positions', (cluster) => ({
      responses: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => ({
          partition,
          offset: String(cluster.group(groupId).positions.get(`${topic}/${partition}`) ?? -1),
          metadata: '',
        })),
      })),
    }));
  }

  offsetCommit({
    groupId,
    memberId,
    groupGenerationId,
    topics,
  }: {
    readonly groupId: string;
    readonly memberId: string;
    readonly groupGenerationId: number;
    readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[];
  }): Promise<void> {
    return this.ask('consumer.commit', (cluster) => {
      cluster.group(groupId).verify(memberId, groupGenerationId);
      cluster.group(groupId).apply(positionsOf(topics));
    });
  }

  fetch({
    maxWaitTime,
    isolationLevel,
    topics,
  }: {
    readonly maxWaitTime: number;
    readonly isolationLevel: number;
    readonly topics: readonly TopicPartitions<{
      readonly partition: number;
      readonly fetchOffset: string;
    }>[];
  }) {
    const { random } = this.#connection;
    return this.ask('consumer.fetch', async (cluster) => {
      const most = 1 + Math.floor(random() * MOST_BATCHES);
      const read = () =>
        topics.map(({ topic, partitions }) => ({
          topicName: topic,
          partitions: partitions.map(({ partition, fetchOffset }) => {
            const log = cluster.log(`${topic}/${partition}`);
            const from = Number(fetchOffset);
            if (from < 0 || from > log.high) throw offsetOutOfRange(topic, partition);
            const { batches, aborted } = log.read(from, most, isolationLevel === READ_COMMITTED);
            return {
              partition,
              errorCode: 0,
              highWatermark: String(log.high),
              lastStableOffset: String(log.stable),
              abortedTransactions: aborted.map(({ producer, first }) => ({
                producerId: String(producer),
                firstOffset: String(first),
              })),
              messages: batches.flatMap(messagesOf),
            };
          }),
        }));
      let responses = read();
      if (responses.every(({ partitions }) => partitions.every(({ messages }) => messages.length === 0))) {
        await cluster.more(maxWaitTime);
        responses = read();
      }
      return { responses };
    });
  }

  initProducerId({
    transactionalId,
    transactionTimeout,
  }: {
    readonly transactionalId: string;
    readonly transactionTimeout: number;
  }) {
    return this.ask('producer.init', ({ transactions }) =>
      transactions.init(transactionalId, transactionTimeout),
    );
  }

  addPartitionsToTxn({
    topics,
    ...identity
  }: ProducerIdentity & { readonly topics: readonly TopicPartitions<number>[] }): Promise<void> {
    return this.ask('producer.addPartitions', ({ transactions }) =>
      transactions.addPartitions(
        identity,
        topics.flatMap(({ topic, partitions }) => partitions.map((partition) => `${topic}/${partition}`)),
      ),
    );
  }

  produce({
    topicData,
    ...identity
  }: ProducerIdentity & {
    readonly topicData: readonly TopicPartitions<{
      readonly partition: number;
      readonly firstSequence: number;
      readonly messages: readonly Message[];
    }>[];
  }) {
    const { kindOf } = this.#connection;
    // ours send one topic and one partition in a request; what is sent is taken now, as it would be encoded
    const batches = topicData.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, firstSequence, messages }) => ({
        topic,
        partition,
        firstSequence,
        records: messages.map((message) => sentRecord(message, this.#connection.cluster.clock.now)),
      })),
    );
    const request = `producer.send:${kindOf(batches[0]?.topic ?? '')}` as const;
    return this.ask(request, (cluster) => {
      const topics = batches.map(({ topic, partition, firstSequence, records }) => {
        const name = `${topic}/${partition}`;
        cluster.transactions.verify(identity, name);
        const { producerId: id, producerEpoch: epoch } = identity;
        const first = cluster.log(name).append(records, { id, epoch, sequence: firstSequence });
        return {
          topicName: topic,
          partitions: [{ partition, errorCode: 0, baseOffset: String(first), logAppendTime: '-1' }],
        };
      });
      return { topics };
    });
  }

  addOffsetsToTxn({ groupId, ...identity }: ProducerIdentity & { readonly groupId: string }): Promise<void> {
    return this.ask('producer.addOffsets', ({ transactions }) => transactions.addGroup(identity, groupId));
  }

  txnOffsetCommit({
    groupId,
    topics,
    ...identity
  }: ProducerIdentity & {
    readonly groupId: string;
    readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[];
  }): Promise<void> {
    const positions = positionsOf(topics);
    return this.ask('producer.sendOffsets', ({ transactions }) =>
      transactions.addPositions(identity, groupId, positions),
    );
  }

  endTxn({
    transactionResult,
    ...identity
  }: ProducerIdentity & { readonly transactionResult: boolean }): Promise<void> {
    return this.ask(transactionResult ? 'producer.commit' : 'producer.abort', ({ transactions }) =>
      transactions.end(identity, transactionResult),
    );
  }
}

function positionsOf(
  topics: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[],
): Map<string, number> {
  return new Map(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
    ),
  );
}

function sentRecord({ key, value, headers }: Message, timestamp: number): SentRecord {
  return {
    key: bytesOf(key),
    value: bytesOf(value),
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)])),
    timestamp,
  };
}

function bytesOf(content: Buffer | string | null | undefined): Buffer | null {
  // a copy: the sender may use its bytes again
  return content === null || content === undefined ? null : Buffer.from(content);
}

/** A batch as kafkajs decodes it. */
function messagesOf({ first, producer, marker, records }: LoggedBatch): object[] {
  const batchContext = {
    firstOffset: String(first),
    producerId: String(producer ?? -1),
    inTransaction: producer !== undefined,
    isControlBatch: marker !== undefined,
  };
  const like = { magicByte: 2, attributes: 0, batchContext };
  if (marker) {
    const key = Buffer.from([0, 0, 0, marker === 'commit' ? 1 : 0]);
    return [
      {
        ...like,
        offset: String(first),
        timestamp: '0',
        key,
        value: null,
        headers: {},
        isControlRecord: true,
      },
    ];
  }
  return records.map(({ offset, timestamp, key, value, headers }) => ({
    ...like,
    offset: String(offset),
    timestamp: String(timestamp),
    key,
    value,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
    isControlRecord: false,
  }));
}
