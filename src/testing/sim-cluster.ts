import { brokerError } from './kafkajs-parts.ts';
import { Group } from './groups.ts';
import { PartitionLog } from './partition-log.ts';
import { type EndedTransaction, Transactions } from './transactions.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A topic. */
export interface SimTopic {
  readonly partitions: readonly PartitionLog[];
  readonly config: ReadonlyMap<string, string>;
}

/**
 * Kafka in memory, one broker: topics with their partitions, transactions, consumer groups. It does what it is asked at once; what is lost, late
 * or slow on the way to it is the business of `SimNetwork`.
 */
export class SimCluster {
  readonly clock: VirtualClock;
  readonly transactions: Transactions;
  readonly #topics = new Map<string, SimTopic>();
  readonly #groups = new Map<string, Group>();
  readonly #listeners: ((transaction: EndedTransaction) => void)[] = [];
  #waiting: (() => void)[] = [];

  constructor(clock: VirtualClock, random: () => number) {
    this.clock = clock;
    this.transactions = new Transactions({
      log: (name) => this.log(name),
      apply: (group, positions) => this.group(group).apply(positions),
      now: () => clock.now,
      isSlow: () => random() < 0.5,
      ended: (transaction) => {
        this.appended();
        for (const listener of this.#listeners) listener(transaction);
      },
    });
  }

  get topics(): ReadonlyMap<string, SimTopic> {
    return this.#topics;
  }

  get groups(): Iterable<Group> {
    return this.#groups.values();
  }

  onTransaction(listener: (transaction: EndedTransaction) => void): void {
    this.#listeners.push(listener);
  }

  makeTopic(name: string, partitions: number, config: ReadonlyMap<string, string> = new Map()): void {
    if (this.#topics.has(name)) return;
    this.#topics.set(name, {
      partitions: Array.from({ length: partitions }, () => new PartitionLog()),
      config,
    });
  }

  /** @param name `topic/partition` */
  log(name: string): PartitionLog {
    const slash = name.lastIndexOf('/');
    const log = this.#topics.get(name.slice(0, slash))?.partitions[Number(name.slice(slash + 1))];
    if (!log) throw brokerError('UNKNOWN_TOPIC_OR_PARTITION');
    return log;
  }

  group(name: string): Group {
    let group = this.#groups.get(name);
    if (!group) {
      group = new Group(() => this.clock.now);
      this.#groups.set(name, group);
    }
    return group;
  }

  /** There is something new to be read: who waits for it wakes up. */
  appended(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves when there is something new to be read, or after `ms`. */
  more(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.set(undefined, resolve, ms);
      this.#waiting.push(() => {
        this.clock.clear(timer);
        resolve();
      });
    });
  }

  /** What time brings: sessions and transactions that have lasted too long. */
  tick(): void {
    this.transactions.tick();
    for (const group of this.#groups.values()) group.tick();
  }
}
