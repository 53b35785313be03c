import { randomUUID } from 'node:crypto';

import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';

import { ForetideError } from '../errors.ts';
import { type KafkaAdmin, onceKnown, unreachable } from './kafka-admin.ts';
import { KafkaAhead } from './kafka-ahead.ts';
import { stickyAssigner } from './kafka-assigner.ts';
import { GroupOffsets } from './kafka-group-offsets.ts';
import { KafkaChangelog } from './kafka-changelog.ts';
import { type Held, KafkaOwnership, type Steering } from './kafka-ownership.ts';
import { rangeOf } from './kafka-range.ts';
import { KafkaRangeRun, RANGE_METADATA_AGE } from './kafka-range-run.ts';
import { KafkaNudge } from './kafka-nudge.ts';
import { KafkaWatch } from './kafka-watch.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { fetchedOffset, handOver, HeartbeatFailed, isTransactional } from './kafka-slices.ts';
import { type Log, saying } from '../log.ts';
import type { Ahead, SourceHandler, SourcePlace } from './source.ts';

/** Longest that a broker waits for new records before it answers a fetch, ms; a stop waits for that answer. */
const FETCH_WAIT = 500;

/** Most bytes that one fetch brings of one partition: kafkajs unpacks them all at once. */
const PARTITION_BYTES = 1024 * 1024;

/** Longest that the group may wait for its members when partitions move, ms. */
const REBALANCE_TIMEOUT = 60_000;

/** Without a sign of life from the client for so long, ms, or so many session time-outs, it counts as dead. */
const SILENCE = 120_000;
const SILENT_SESSIONS = 4;

/** Longest wait for a broker that does not answer our farewell, ms. */
const FAREWELL = 5000;

/** Everything that one run is given. */
export interface KafkaRunParts {
  readonly kafka: Kafka;
  readonly admin: KafkaAdmin;
  readonly settings: KafkaSettings;
  readonly handler: SourceHandler;
  readonly log: Log;
  /** Topic whose partitions go with those of the input, to whoever reads them through the run's `changelog`. */
  readonly changelog?: string | undefined;
  /** The topic is written by a store of ours, one transactional producer a partition: what was aborted is filtered well. */
  readonly isOurs?: boolean;
  /** Where partitions begin that go on from a state: of a range with an end the progress is told from there. */
  readonly places?: ReadonlyMap<number, SourcePlace> | undefined;
}

/**
 * One run of a Kafka source: kafkajs's consumer from its first to its last request.
 *
 * When a heartbeat fails, the partition at hand is lost and kafkajs gets the error: it joins the group again, or tries again;
 * then what is ours and not open is opened. Nothing else is thrown at kafkajs, which would try again what cannot succeed: an error of
 * the handler ends the run from outside, or, where trying again may help, loses the partition: it is opened anew once a heartbeat has shown
 * that it is still ours.
 *
 * A range with an end is read under a group of its own: all partitions are ours, and no position of the shared group moves. A partition
 * that has reached its end is paused; when all have, the run ends as if it were stopped.
 */
export class KafkaRun {
  readonly #settings: KafkaSettings;
  readonly #admin: KafkaAdmin;
  readonly #handler: SourceHandler;
  readonly #log: Log;
  readonly #consumer: Consumer;
  readonly #ownership: KafkaOwnership;
  readonly #changelogTopic: string | undefined;
  /** What a store reads its state from. */
  readonly changelog: KafkaChangelog;
  readonly #offsets: GroupOffsets;
  readonly #heartbeatInterval: number;
  readonly #watch: KafkaWatch;
  readonly #nudge: KafkaNudge;
  readonly #ahead: KafkaAhead;
  /** Batches that are being worked on. */
  #working = 0;
  /** Where partitions begin that nothing was ever committed of, as `from` of the settings says. */
  #begins: ReadonlyMap<number, number> = new Map();
  readonly #places: ReadonlyMap<number, SourcePlace>;
  /** Of a range with an end. */
  #range: KafkaRangeRun | undefined;
  readonly #ended = Promise.withResolvers<void>();
  #failure: { readonly error: unknown } | undefined;
  #isEnding = false;
  #hasWarned = false;

  constructor({ kafka, admin, settings, handler, log, changelog, isOurs = false, places }: KafkaRunParts) {
    const { topic, sessionTimeout, maxBytes } = settings;
    const hasEnd = settings.to !== undefined;
    this.#settings = settings;
    this.#admin = admin;
    this.#handler = handler;
    this.#log = log;
    // kafkajs sends a heartbeat only when the last is this old: asked as often, it sends one every third of the time-out or sooner.
    this.#heartbeatInterval = Math.floor(sessionTimeout / 6);
    const consumer = kafka.consumer({
      groupId: hasEnd ? `${settings.group}-range-${randomUUID()}` : settings.group,
      partitionAssigners: [stickyAssigner({ log, fail: (error) => this.#fail(error) })],
      sessionTimeout,
      rebalanceTimeout: Math.max(REBALANCE_TIMEOUT, sessionTimeout),
      heartbeatInterval: this.#heartbeatInterval,
      maxBytes,
      maxBytesPerPartition: Math.min(maxBytes, PARTITION_BYTES),
      maxWaitTimeInMs: FETCH_WAIT,
      allowAutoTopicCreation: false,
      ...(hasEnd && { metadataMaxAge: RANGE_METADATA_AGE }),
      retry: { restartOnFailure: async () => !this.#isEnding },
    });
    this.#consumer = consumer;
    const steer = (of: string): Steering => ({
      pause: (partitions) => consumer.pause([{ topic: of, partitions: [...partitions] }]),
      seek: (partition, offset) => consumer.seek({ topic: of, partition, offset: String(offset) }),
      resume: (partition) => consumer.resume([{ topic: of, partitions: [partition] }]),
    });
    this.#changelogTopic = changelog;
    this.#hasWarned = isOurs;
    this.#places = places ?? new Map();
    this.changelog = new KafkaChangelog({
      steering: steer(changelog ?? ''),
      watermarks: () => admin.watermarks(changelog ?? ''),
      heartbeatInterval: this.#heartbeatInterval,
    });
    this.#ownership = new KafkaOwnership({
      topic,
      handler: {
        open: (partition) => handler.open(partition),
        lose: (partition) => {
          this.#range?.forget(partition);
          return handler.lose(partition);
        },
      },
      log,
      isKept: changelog !== undefined,
      watermarks: () => admin.watermarks(topic),
      fail: (error) => this.#fail(error),
      begin: (partition) => this.#begins.get(partition),
      opened: (partition, next) => this.#range?.arrive(partition, next) ?? true,
      steering: steer(topic),
    });
    this.#watch = new KafkaWatch({
      where: `topic ${topic}, group ${settings.group}`,
      silence: Math.max(SILENCE, SILENT_SESSIONS * sessionTimeout),
      isBusy: () => this.#working > 0,
      fail: (error) => this.#fail(error),
    });
    this.#nudge = new KafkaNudge({
      topic,
      held: () => this.#ownership.current,
      watermarks: () => admin.watermarks(topic),
      isBusy: () => this.#working > 0,
      steering: steer(topic),
      log,
    });
    this.#ahead = new KafkaAhead({
      held: () => this.#ownership.current,
      watermarks: () => admin.watermarks(topic),
    });
    this.#offsets = new GroupOffsets((positions) =>
      consumer.commitOffsets(
        Array.from(positions)
          .filter(([partition]) => this.#ownership.mayTell(partition))
          .map(([partition, next]) => ({ topic, partition, offset: String(next) })),
      ),
    );
  }

  /** Share of a range with an end that has been handed over, 0 to 1. */
  progress(): number {
    return this.#range?.progress() ?? 0;
  }

  /** @see Source.ahead; of a range with an end: nothing, for that is not the partition's */
  ahead(): ReadonlyMap<number, Ahead> {
    return this.#isEnding || this.#range ? new Map() : this.#ahead.read();
  }

  /**
   * @see Source.exhausted
   * @throws ForetideError KAFKA_UNREACHABLE
   */
  async exhausted(): Promise<ReadonlyMap<number, number>> {
    if (this.#isEnding || this.#range) return new Map();
    return this.#ownership.exhausted(await this.#admin.watermarks(this.#settings.topic));
  }

  /**
   * @see Source.run
   * @throws what went wrong first; not the reason of `stop` itself, with which the handler may give up the work in hand
   */
  async run(stop: AbortSignal): Promise<void> {
    if (stop.aborted) return;
    const end = (): void => this.#end();
    stop.addEventListener('abort', end, { once: true });
    const started = this.#start().catch((error: unknown) => this.#fail(error));
    await this.#ended.promise;
    stop.removeEventListener('abort', end);
    await this.#leave(started);
    if (this.#failure !== undefined && !(stop.aborted && this.#failure.error === stop.reason))
      throw this.#failure.error;
  }

  async #start(): Promise<void> {
    const { topic, brokers } = this.#settings;
    const partitionsConsumedConcurrently = await this.#admin.partitions(topic);
    await this.#findRange();
    const { GROUP_JOIN, REBALANCING, FETCH_START, FETCH, HEARTBEAT, END_BATCH_PROCESS, CRASH } =
      this.#consumer.events;
    for (const event of [FETCH_START, FETCH, HEARTBEAT] as const)
      this.#consumer.on(event, () => this.#watch.sign());
    this.#watch.start();
    if (!this.#range) this.#nudge.start();
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#joined(payload.memberAssignment));
    this.#consumer.on(REBALANCING, () => {
      this.#watch.rebalancing();
      this.changelog.assign([]);
      this.#ownership.suspend();
    });
    this.#consumer.on(HEARTBEAT, () => this.#ownership.reopen());
    this.#consumer.on(END_BATCH_PROCESS, ({ payload }) => {
      if (payload.topic === topic) this.#range?.passed(payload);
    });
    this.#consumer.on(CRASH, ({ payload }) => this.#crashed(payload.error, payload.restart));
    // a store with a changelog moves the group's offsets itself
    if (this.#changelogTopic === undefined) {
      this.#handler.onCommitted?.((partition, next) => {
        if (!this.#range && this.#ownership.mayTell(partition)) this.#offsets.note(partition, next);
      });
    }
    this.#handler.onBroken?.((partition, error) => void this.#broken(partition, error));
    try {
      await this.#consumer.connect();
      // a topic that has just been made is not known to all brokers at once
      await onceKnown(() => this.#consumer.subscribe({ topics: this.#topics, fromBeginning: true }));
    } catch (error) {
      throw unreachable(brokers.join(', '), error);
    }
    if (this.#isEnding) return;
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently,
      eachBatch: async (payload) => {
        this.#working += 1;
        try {
          await this.#eachBatch(payload);
        } finally {
          this.#working -= 1;
        }
      },
    });
  }

  async #findRange(): Promise<void> {
    const { topic, from, to } = this.#settings;
    if (from === undefined && to === undefined) return;
    const range = await this.#admin.ask((asked) => rangeOf(asked, this.#settings));
    this.#begins = range.begins;
    if (range.ends === undefined || this.#isEnding) return;
    this.#range = new KafkaRangeRun({
      topic,
      range: {
        ...range,
        begins: new Map([
          ...range.begins,
          ...Array.from(this.#places, ([p, { next }]) => [p, next] as const),
        ]),
      },
      ends: range.ends,
      pause: (partition) => {
        this.#consumer.pause([{ topic, partitions: [partition] }]);
        this.#handler.end?.(partition).catch((error: unknown) => this.#fail(error));
      },
      finish: () => this.#end(),
      fail: (error) => this.#fail(error),
      held: (partition) => this.#ownership.get(partition),
      watermarks: () => this.#admin.watermarks(topic),
    });
  }

  get #topics(): string[] {
    const { topic } = this.#settings;
    return this.#changelogTopic === undefined ? [topic] : [topic, this.#changelogTopic];
  }

  #assign(partitions: readonly number[], ofChangelog: readonly number[]): void {
    this.changelog.assign(ofChangelog);
    this.#ownership.assign(partitions);
  }

  /** Called by kafkajs before it fetches anything under the new membership. */
  #joined(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.#watch.joined();
    if (!this.#isEnding) {
      const [partitions = [], ofChangelog = []] = this.#topics.map((name) => assignment[name]);
      this.#assign(partitions, ofChangelog);
      return;
    }
    // It had begun to join before the end, and has not heard of it.
    void this.#consumer.disconnect().catch(() => undefined);
  }

  #crashed(error: Error, restart: boolean): void {
    this.#watch.joined();
    if (restart) {
      this.#log.warn(
        { topic: this.#settings.topic, error: error.message },
        'The Kafka client starts again; what is not committed will be done again',
      );
      this.#assign([], []);
      return;
    }
    this.#fail(
      new ForetideError('KAFKA_CRASHED', {
        what: `The Kafka client gave up: ${error.message}`,
        where: `topic ${this.#settings.topic}, group ${this.#settings.group}`,
        todo: 'Start again; when it comes back at once, that message says what is refused or cannot be read',
        canRetry: true,
        cause: error,
      }),
    );
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#end();
  }

  /** From now on nothing new begins. */
  #end(): void {
    this.#isEnding = true;
    this.#range?.end();
    this.#ownership.end();
    this.changelog.end();
    this.#watch.end();
    this.#nudge.end();
    this.#ended.resolve();
  }

  /** The handler could not make durable what it had of a partition; once it is opened anew it knows where to go on from. */
  async #broken(partition: number, error: unknown): Promise<void> {
    if (!mayHelp(error)) return;
    this.#log.warn(
      { topic: this.#settings.topic, partition, error: saying(error) },
      'A partition is to be opened anew',
    );
    await this.#ownership.drop(partition).catch((failure: unknown) => this.#fail(failure));
  }

  #eachBatch(payload: EachBatchPayload): Promise<void> {
    if (payload.batch.topic === this.#changelogTopic) return this.#readChangelog(payload);
    const held = this.#ownership.get(payload.batch.partition);
    if (held === undefined) return Promise.resolve();
    const taking = this.#take(held, payload);
    const work = this.#range?.during(taking) ?? taking;
    held.busy = work.catch(() => undefined);
    return work;
  }

  async #readChangelog(payload: EachBatchPayload): Promise<void> {
    try {
      await this.changelog.eachBatch(payload);
    } catch (error) {
      // what is wrong with the record is told to whoever reads
      if (error instanceof HeartbeatFailed) throw error.cause;
    }
  }

  async #take(held: Held, payload: EachBatchPayload): Promise<void> {
    try {
      if (!(await this.#ownership.isInPlace(held, fetchedOffset(payload.batch)))) return;
      this.#ahead.heard(held.partition, Number(payload.batch.highWatermark));
      if (isTransactional(payload.batch)) this.#warn();
      await handOver(payload, {
        heartbeatInterval: this.#heartbeatInterval,
        handle: (batch) => this.#handler.handle(batch),
        doubt: () => this.#handler.doubt?.(held.partition),
        isOurs: () => this.#ownership.isCurrent(held),
        taken: (next) => {
          held.next = next;
        },
        done: (next) => {
          held.next = next;
          this.#range?.arrive(held.partition, next);
        },
        until: this.#range?.until(held.partition),
      });
    } catch (error) {
      if (!(error instanceof HeartbeatFailed))
        return mayHelp(error) ? await this.#broken(held.partition, error) : this.#fail(error);
      if (this.#isEnding) return;
      await this.#ownership.lose(held).catch((failure: unknown) => this.#fail(failure));
      throw error.cause;
    }
  }

  #warn(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#log.warn(
      { topic: this.#settings.topic },
      'The topic is written by a transactional producer: unsupported, records of aborted transactions may be read',
    );
  }

  /** Finishes what is in hand, tells the group where we are and that we go. */
  async #leave(started: Promise<void>): Promise<void> {
    try {
      this.#consumer.pause(this.#topics.map((topic) => ({ topic })));
    } catch {
      // It never ran: there is nothing to pause.
    }
    const idle = this.#ownership.idle();
    // After a failure nobody may wait for ever for a partition whose sink is away.
    await (this.#failure === undefined ? idle : atMost(FAREWELL, idle));
    // While the partitions are still ours: the next owner begins where this commit ends.
    if (this.#failure === undefined)
      await this.#handler.drain?.().catch((error: unknown) => this.#fail(error));
    await atMost(FAREWELL, this.#offsets.close());
    await atMost(FAREWELL, this.#disconnect(started));
  }

  async #disconnect(started: Promise<void>): Promise<void> {
    await started;
    await this.#consumer.disconnect().catch(() => undefined);
  }
}

/** Whether the handler can do better once it has been opened anew. */
function mayHelp(error: unknown): boolean {
  return error instanceof ForetideError && error.code === 'STORE_UNSETTLED';
}

/** Waits for the work, but no longer than `ms`. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
