import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import pRetry from 'p-retry';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Outage } from '../outage.ts';
import { KafkaAdmin, watermarksOf } from '../source/kafka-admin.ts';
import { kafkaClient } from '../source/kafka-client.ts';
import { KafkaRun } from '../source/kafka-run.ts';
import type { KafkaSettings } from '../source/kafka-settings.ts';
import type { Batch, SourceHandler } from '../source/source.ts';
import { KafkaWriter } from '../store/kafka-writer.ts';
import { saidBy } from './delivery-error.ts';
import type { Follower } from './follower.ts';
import type { Ending, Outbox } from './outbox.ts';
import type { Route } from './route.ts';
import { alertOfMessage, type ToldAlert } from './told-alert.ts';

/** Pause before the topic is followed anew after the client has given up, ms. */
const PAUSE = 5000;

/** Attempts to reach the group's coordinator, some ten seconds in all. */
const REGISTER_RETRIES = 6;

/** What follows a topic of alerts. */
export interface KafkaOutboxParts {
  /** How Kafka is reached, as the run's input is. */
  readonly client: KafkaSettings;
  readonly topic: string;
  /** Of the route: its members share the partitions. */
  readonly group: string;
  /** Of the route, for messages. */
  readonly name: string;
  /** ms */
  readonly transactionTimeout: number;
  readonly log: Log;
}

/** A partition of the topic that is ours. */
interface Held {
  readonly follower: Follower;
  readonly writer: KafkaWriter;
  /** It may be another's by now. */
  readonly lost: AbortController;
  /** The position that the group has. */
  settled: number;
}

/**
 * The topic of a run's alerts, followed by one route: a consumer group of its own shares the partitions among the processes.
 *
 * 1. The position is the group's offset. A transactional producer for each partition moves it, as the store's do: whoever opens the partition next
 *    fences it, so that a process which has lost a partition cannot move its position any more.
 * 2. With the offset stands, as its metadata, where the oldest alert that still fires began: from there on a successor reads what fires.
 * 3. Alerts that the topic has deleted before they were told are logged as an error.
 */
export class KafkaOutbox implements Outbox {
  readonly #parts: KafkaOutboxParts;
  #kafka: Promise<Kafka> | undefined;

  constructor(parts: KafkaOutboxParts) {
    this.#parts = parts;
  }

  prepare(): Promise<void> {
    // the coordinator of a group that has just come into being may not be ready
    return pRetry(() => this.#register(), {
      retries: REGISTER_RETRIES,
      minTimeout: 200,
      maxTimeout: 3000,
      shouldRetry: ({ error }) => error instanceof ForetideError && error.canRetry,
    });
  }

  async run(route: Route, ending: Ending): Promise<void> {
    const { client, topic, group, name, log } = this.#parts;
    const outage = new Outage(log, {
      away: 'The topic of alerts is not followed; trying again',
      back: 'The topic of alerts is followed again',
      facts: { route: name, topic },
    });
    while (!ending.stop.aborted) {
      const all = new Map<number, Held>();
      try {
        const kafka = await this.#client();
        const { from: _, to: __, ...settings } = client;
        await new KafkaRun({
          kafka,
          admin: new KafkaAdmin(kafka, client.brokers),
          settings: { ...settings, topic, group },
          handler: this.#handler(route, ending, all, outage),
          log,
          isOurs: true,
        }).run(ending.stop);
      } catch (error) {
        if (!ending.stop.aborted) outage.failed({ error: saidBy(error) });
      }
      for (const held of all.values()) await leave(route, held);
      await sleep(PAUSE, undefined, { signal: ending.stop }).catch(() => {});
    }
  }

  wake(): void {
    // a fetch waits at the broker
  }

  async close(): Promise<void> {
    // what was connected was closed with its partition
  }

  /** Gives the group a position in partitions where it has none: their ends. */
  async #register(): Promise<void> {
    const { topic, group } = this.#parts;
    const kept = await this.#kept();
    const begins = [...kept.values()].filter(
      ({ position, high }) => position === undefined || position > high,
    );
    if (begins.length === 0) return;
    const writer = await this.#writer(0, `foretide-${group}`);
    const partitions = begins.map(({ partition, high }) => ({ partition, offset: String(high) }));
    const offsets = { consumerGroupId: group, topics: [{ topic, partitions }] };
    try {
      await writer.write({ writes: [], offsets });
    } finally {
      await writer.close();
    }
  }

  /** @param all partitions that are ours */
  #handler(route: Route, ending: Ending, all: Map<number, Held>, outage: Outage): SourceHandler {
    const { log, name } = this.#parts;
    let broken: ((partition: number, error: unknown) => void) | undefined;
    return {
      open: async (partition) => {
        const { held, from } = await this.#open(route, partition);
        all.set(partition, held);
        outage.back();
        return from;
      },
      handle: async ({ partition, records, next }: Batch) => {
        const held = all.get(partition);
        if (!held) return;
        const { stop, giveUp } = ending;
        const { follower, lost } = held;
        const mine = {
          stop: AbortSignal.any([stop, lost.signal]),
          giveUp: AbortSignal.any([giveUp, lost.signal]),
        };
        try {
          for (const { offset, value } of records) {
            if (mine.stop.aborted) return;
            const alert = readable(value);
            if (!alert) {
              log.error(
                { route: name, partition, offset },
                'A message of the topic of alerts is none: it is passed over',
              );
              continue;
            }
            const { isTold } = await route.take(follower, offset, alert, mine);
            if (isTold) await this.#settle(partition, held, offset + 1);
          }
          await this.#settle(partition, held, next);
        } catch (error) {
          if (mine.stop.aborted) return;
          broken?.(partition, error);
          throw error;
        }
      },
      doubt: (partition) => all.get(partition)?.lost.abort(),
      lose: async (partition) => {
        const held = all.get(partition);
        if (!held) return;
        all.delete(partition);
        await leave(route, held);
      },
      onBroken: (listener) => {
        broken = listener;
      },
    };
  }

  /** Fences whoever had the partition before, and then looks how far that one has come. */
  async #open(route: Route, partition: number): Promise<{ readonly held: Held; readonly from: number }> {
    const { name, topic, group, log } = this.#parts;
    const writer = await this.#writer(partition, `foretide-${group}-${partition}`);
    try {
      await writer.write({ writes: [] });
      const { low = 0, position = low, open = position } = (await this.#kept()).get(partition) ?? {};
      if (position < low)
        log.error(
          { route: name, topic, partition, from: position, to: low },
          'Alerts were deleted before they were told: keep the topic for longer than a receiver may be away',
        );
      const follower = route.follow({ position, isWhole: Math.min(open, position) >= low });
      const held = { follower, writer, lost: new AbortController(), settled: position };
      return { held, from: Math.max(low, Math.min(open, position)) };
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  async #settle(partition: number, held: Held, position: number): Promise<void> {
    if (position <= held.settled) return;
    const { topic, group } = this.#parts;
    // its types leave out the metadata that kafkajs sends
    const place = { partition, offset: String(position), metadata: String(held.follower.oldest ?? position) };
    await held.writer.write({
      writes: [],
      offsets: { consumerGroupId: group, topics: [{ topic, partitions: [place] }] },
    });
    held.settled = position;
  }

  /** Of each partition: what the topic holds, and where the group stands. */
  async #kept() {
    const { topic, group, client } = this.#parts;
    return new KafkaAdmin(await this.#client(), client.brokers).ask(async (admin) => {
      const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const watermarks = await watermarksOf(admin, topic);
      return new Map(
        Array.from(watermarks, ([partition, { low, high }]) => {
          const { offset = '-1', metadata } =
            offsets?.partitions.find((each) => each.partition === partition) ?? {};
          const position = Number(offset) < 0 ? undefined : Number(offset);
          const open = metadata && /^\d+$/.test(metadata) ? Number(metadata) : undefined;
          return [partition, { partition, low, high, position, open }];
        }),
      );
    });
  }

  async #writer(partition: number, transactionalId: string): Promise<KafkaWriter> {
    const { transactionTimeout } = this.#parts;
    return new KafkaWriter({ kafka: await this.#client(), transactionalId, transactionTimeout, partition });
  }

  #client(): Promise<Kafka> {
    this.#kafka ??= kafkaClient(this.#parts.client, this.#parts.log);
    return this.#kafka;
  }
}

/** Follows a partition no longer. */
async function leave(route: Route, { follower, lost, writer }: Held): Promise<void> {
  lost.abort();
  route.leave(follower);
  await writer.close();
}

function readable(value: Uint8Array | null): ToldAlert | undefined {
  try {
    return alertOfMessage(value);
  } catch {
    return undefined;
  }
}
