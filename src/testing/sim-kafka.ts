import type { Consumer, ConsumerConfig, Kafka, Producer, ProducerConfig } from 'kafkajs';
import { brokerError, createAdmin, createConsumer, createProducer, kafkajsSilence } from './kafkajs-parts.ts';
import { NODE, SimBroker, type SimConnection } from './sim-broker.ts';

/** As kafkajs's own defaults, which are others when NODE_ENV says test: a seed is to mean the same everywhere. */
const RETRY = { maxRetryTime: 30_000, initialRetryTime: 300, factor: 0.2, multiplier: 2, retries: 5 };
const READ_COMMITTED = 1;
const METADATA_AGE = 300_000;

/** A client of the simulated Kafka: kafkajs's own consumer, producer and admin, over a network in memory. */
export function simKafka(connection: SimConnection): Kafka {
  const offsets: CommittedOffsets = new Map();
  const like = { logger: kafkajsSilence };
  const made: Pick<Kafka, 'consumer' | 'producer' | 'admin'> = {
    consumer: (config: ConsumerConfig): Consumer => {
      const cluster = new SimClientCluster(connection, offsets, READ_COMMITTED);
      const retry = { ...RETRY, ...config.retry };
      return createConsumer({ ...config, ...like, cluster, retry, isolationLevel: READ_COMMITTED });
    },
    producer: (config: ProducerConfig = {}): Producer =>
      createProducer({
        ...config,
        ...like,
        cluster: new SimClientCluster(connection, offsets),
        retry: { ...RETRY, ...config.retry },
      }),
    admin: () => createAdmin({ ...like, cluster: new SimClientCluster(connection, offsets), retry: RETRY }),
  };
  return made as Kafka;
}

type CommittedOffsets = Map<string, Record<string, Record<number, string>>>;
type Metadata = Awaited<ReturnType<SimBroker['metadata']>>;

/** kafkajs's `Cluster`, as far as consumer, producer and admin use it, of one broker. */
class SimClientCluster {
  readonly retry = RETRY;
  readonly targetTopics = new Set<string>();
  readonly #connection: SimConnection;
  readonly #broker: SimBroker;
  readonly #offsets: CommittedOffsets;
  readonly #isolationLevel: number | undefined;
  #metadata: Metadata | undefined;
  #metadataAt = 0;

  constructor(connection: SimConnection, offsets: CommittedOffsets, isolationLevel?: number) {
    this.#connection = connection;
    this.#broker = new SimBroker(connection);
    this.#offsets = offsets;
    this.#isolationLevel = isolationLevel;
  }

  isConnected(): boolean {
    return true;
  }

  async connect(): Promise<void> {
    await this.#broker.ask('client.connect', () => undefined);
  }

  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  removeBroker(): void {
    // there is but one
  }

  getNodeIds(): number[] {
    return [NODE];
  }

  findBroker(): Promise<SimBroker> {
    return Promise.resolve(this.#broker);
  }

  findControllerBroker(): Promise<SimBroker> {
    return Promise.resolve(this.#broker);
  }

  async findGroupCoordinator(_: { readonly groupId: string }): Promise<SimBroker> {
    await this.#broker.ask('client.coordinator', () => undefined);
    return this.#broker;
  }

  async refreshMetadata(): Promise<void> {
    this.#metadata = await this.#broker.metadata([...this.targetTopics]);
    this.#metadataAt = this.#connection.cluster.clock.now;
  }

  async refreshMetadataIfNecessary(): Promise<void> {
    const isOld = this.#connection.cluster.clock.now - this.#metadataAt > METADATA_AGE;
    const known = this.#metadata?.topicMetadata.map(({ topic }) => topic) ?? [];
    if (!this.#metadata || isOld || [...this.targetTopics].some((topic) => !known.includes(topic)))
      await this.refreshMetadata();
  }

  metadata({ topics = [] }: { readonly topics?: readonly string[] } = {}): Promise<Metadata> {
    return this.#broker.metadata(topics);
  }

  addTargetTopic(topic: string): Promise<void> {
    return this.addMultipleTargetTopics([topic]);
  }

  async addMultipleTargetTopics(topics: readonly string[]): Promise<void> {
    const before = this.targetTopics.size;
    for (const topic of topics) this.targetTopics.add(topic);
    if (this.targetTopics.size !== before || !this.#metadata) await this.refreshMetadata();
  }

  findTopicPartitionMetadata(topic: string) {
    if (!this.#metadata) throw brokerError('UNKNOWN_TOPIC_OR_PARTITION');
    return this.#metadata.topicMetadata.find((one) => one.topic === topic)?.partitionMetadata ?? [];
  }

  findLeaderForPartitions(
    _: string,
    partitions: readonly (string | number)[],
  ): Record<number, readonly number[]> {
    return { [NODE]: partitions.map(Number) };
  }

  defaultOffset({ fromBeginning = false }: { readonly fromBeginning?: boolean }): number {
    return fromBeginning ? -2 : -1;
  }

  async fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning?: boolean;
    }[],
  ) {
    const { responses } = await this.#broker.listOffsets({
      ...(this.#isolationLevel !== undefined && { isolationLevel: this.#isolationLevel }),
      topics: topics.map(({ topic, partitions, ...from }) => ({
        topic,
        partitions: partitions.map(({ partition }) => ({ partition, timestamp: this.defaultOffset(from) })),
      })),
    });
    return responses;
  }

  committedOffsets({ groupId }: { readonly groupId: string }): Record<string, Record<number, string>> {
    let offsets = this.#offsets.get(groupId);
    if (!offsets) {
      offsets = {};
      this.#offsets.set(groupId, offsets);
    }
    return offsets;
  }

  markOffsetAsCommitted({
    groupId,
    topic,
    partition,
    offset,
  }: {
    readonly groupId: string;
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
  }): void {
    const offsets = this.committedOffsets({ groupId });
    offsets[topic] = { ...offsets[topic], [partition]: offset };
  }
}
