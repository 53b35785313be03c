import { KafkaAdmin } from './kafka-admin.ts';
import { checkKafka } from './kafka-check.ts';
import { kafkaClient } from './kafka-client.ts';
import { KafkaRun } from './kafka-run.ts';
import { KafkaSettings } from './kafka-settings.ts';
import { type Log, silentLog } from '../log.ts';
import { type ChangelogReader, PartitionLost } from '../store/changelog.ts';
import type { Ahead, Source, SourceHandler, SourcePlace } from './source.ts';

export { KafkaSettings };

/**
 * Records of a Kafka topic, shared with the other members of a consumer group.
 *
 * 1. Positions come from the handler (the store's commit), never from the group; the group's offsets are written after each
 *    commit, best effort, so that tooling shows the lag.
 * 2. Records that were deleted before they were read end the run (KAFKA_GAP). Mere holes in the numbering do not.
 * 3. Awaiting the handler is the backpressure; meanwhile heartbeats keep the membership.
 * 4. A tombstone comes as a record whose value is null.
 * 5. With `to` it ends when every partition has reached its end, and is a member of no group that others are in. What was committed
 *    before wins over `from`: a restart goes on.
 *
 * @example
 * const settings = KafkaSettings.parse({ brokers: ['127.0.0.1:9092'], topic: 'readings' });
 * await new KafkaSource(settings).run(handler, AbortSignal.timeout(60_000));
 */
export class KafkaSource implements Source {
  readonly name: string;
  readonly #settings: KafkaSettings;
  readonly #log: Log;
  readonly #changelogTopic: string | undefined;
  readonly #connect: typeof kafkaClient;
  #run: KafkaRun | undefined;
  #begins: ReadonlyMap<number, SourcePlace> | undefined;

  /** @param changelog topic of a store's state, whose partitions go with those of the input; it must be there when the run starts */
  constructor(settings: KafkaSettings, log: Log = silentLog, changelog?: string, connect = kafkaClient) {
    this.name = `kafka ${settings.topic}`;
    this.#settings = settings;
    this.#log = log;
    this.#changelogTopic = changelog;
    this.#connect = connect;
  }

  /** What a store reads its state from, while the source runs. */
  get changelog(): ChangelogReader {
    return {
      read: async (partition, take) => {
        if (!this.#run) throw new PartitionLost(partition);
        await this.#run.changelog.read(partition, take);
      },
    };
  }

  check(): Promise<readonly string[]> {
    return checkKafka(this.#settings);
  }

  begins(places: ReadonlyMap<number, SourcePlace>): void {
    this.#begins = places;
  }

  progress(): number | undefined {
    return this.#settings.to === undefined ? undefined : (this.#run?.progress() ?? 0);
  }

  ahead(): ReadonlyMap<number, Ahead> {
    return this.#run?.ahead() ?? new Map();
  }

  async exhausted(): Promise<ReadonlyMap<number, number>> {
    return (await this.#run?.exhausted()) ?? new Map();
  }

  /** @throws ForetideError KAFKA_UNREACHABLE, KAFKA_TOPIC, KAFKA_GAP, KAFKA_CRASHED, SETTINGS_INVALID; any error of the handler */
  async run(handler: SourceHandler, stop: AbortSignal): Promise<void> {
    const kafka = await this.#connect(this.#settings, this.#log);
    const admin = new KafkaAdmin(kafka, this.#settings.brokers);
    this.#run = new KafkaRun({
      kafka,
      admin,
      settings: this.#settings,
      handler,
      log: this.#log,
      changelog: this.#changelogTopic,
      places: this.#begins,
    });
    await this.#run.run(stop);
  }
}
