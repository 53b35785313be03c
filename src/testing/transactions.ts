import { brokerError } from './kafkajs-parts.ts';
import type { LoggedRecord, PartitionLog } from './partition-log.ts';

/** Offsets that are committed for a group: by `topic/partition`, the offset to go on from. */
export type GroupPositions = ReadonlyMap<string, number>;

/** A transaction that has ended, with all that it held. */
export interface EndedTransaction {
  readonly name: string;
  readonly isCommit: boolean;
  /** By `topic/partition`. */
  readonly records: ReadonlyMap<string, readonly LoggedRecord[]>;
  /** By group. */
  readonly positions: ReadonlyMap<string, GroupPositions>;
}

/** How a producer says who it is. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface TransactionsParts {
  /** The partition of a name `topic/partition`. */
  readonly log: (name: string) => PartitionLog;
  readonly apply: (group: string, positions: GroupPositions) => void;
  readonly now: () => number;
  /** Whether the markers of a transaction are written later than the answer to who ended it. */
  readonly isSlow: () => boolean;
  readonly ended: (transaction: EndedTransaction) => void;
}

interface State {
  readonly name: string;
  readonly producer: number;
  readonly timeout: number;
  epoch: number;
  phase: 'empty' | 'ongoing' | 'ending';
  since: number;
  readonly partitions: Set<string>;
  readonly groups: Map<string, Map<string, number>>;
}

/**
 * The coordinator of transactions, of a broker that verifies (Kafka 3.6 and newer; KIP-890) that a partition belongs to a transaction before it
 * takes a record for it.
 *
 * 1. `init` gives a transactional id a new epoch; who comes with an older one is refused with INVALID_PRODUCER_EPOCH. A transaction that is
 *    under way is aborted first, and whoever asked has to ask again (CONCURRENT_TRANSACTIONS).
 * 2. The end of a transaction is decided at once; the markers in its partitions, and the group's offsets, may come later, one by one.
 * 3. A transaction that is under way for longer than its time-out is aborted, and its producer fenced.
 */
export class Transactions {
  readonly #parts: TransactionsParts;
  readonly #states = new Map<string, State>();
  #work: (() => void)[] = [];

  constructor(parts: TransactionsParts) {
    this.#parts = parts;
  }

  /** What is still to be written of transactions that have ended; each is to be done once. */
  get work(): readonly (() => void)[] {
    return this.#work;
  }

  /** Whether any transaction is under way. */
  get isIdle(): boolean {
    return [...this.#states.values()].every(({ phase }) => phase === 'empty');
  }

  init(name: string, timeout: number): { readonly producerId: number; readonly producerEpoch: number } {
    let state = this.#states.get(name);
    if (!state) {
      state = {
        name,
        producer: 1000 + this.#states.size,
        timeout,
        epoch: -1,
        phase: 'empty',
        since: 0,
        partitions: new Set(),
        groups: new Map(),
      };
      this.#states.set(name, state);
    }
    if (state.phase === 'ongoing') {
      state.epoch += 1;
      this.#finish(state, false);
    }
    if (state.phase === 'ending') throw brokerError('CONCURRENT_TRANSACTIONS');
    state.epoch += 1;
    return { producerId: state.producer, producerEpoch: state.epoch };
  }

  addPartitions(identity: ProducerIdentity, names: readonly string[]): void {
    const state = this.#begun(identity);
    for (const name of names) state.partitions.add(name);
  }

  addGroup(identity: ProducerIdentity, group: string): void {
    const state = this.#begun(identity);
    if (!state.groups.has(group)) state.groups.set(group, new Map());
  }

  addPositions(identity: ProducerIdentity, group: string, positions: GroupPositions): void {
    const known = this.#known(identity).groups.get(group);
    if (!known) throw brokerError('INVALID_TXN_STATE');
    for (const [name, offset] of positions) known.set(name, offset);
  }

  /** @throws where the partition does not belong to a transaction of this producer that is under way */
  verify(identity: ProducerIdentity, name: string): void {
    const state = this.#known(identity);
    if (state.phase !== 'ongoing' || !state.partitions.has(name)) throw brokerError('INVALID_TXN_STATE');
  }

  end(identity: ProducerIdentity, isCommit: boolean): void {
    const state = this.#known(identity);
    if (state.phase === 'ending') throw brokerError('CONCURRENT_TRANSACTIONS');
    if (state.phase !== 'ongoing') throw brokerError('INVALID_TXN_STATE');
    this.#finish(state, isCommit);
  }

  /** Aborts what has been under way for too long. */
  tick(): void {
    for (const state of this.#states.values()) {
      if (state.phase !== 'ongoing' || this.#parts.now() - state.since < state.timeout) continue;
      state.epoch += 1;
      this.#finish(state, false);
    }
  }

  #known({ transactionalId, producerId, producerEpoch }: ProducerIdentity): State {
    const state = this.#states.get(transactionalId);
    if (state?.producer !== producerId) throw brokerError('INVALID_PRODUCER_ID_MAPPING');
    if (producerEpoch !== state.epoch) throw brokerError('INVALID_PRODUCER_EPOCH');
    return state;
  }

  #begun(identity: ProducerIdentity): State {
    const state = this.#known(identity);
    if (state.phase === 'ending') throw brokerError('CONCURRENT_TRANSACTIONS');
    if (state.phase === 'empty') {
      state.phase = 'ongoing';
      state.since = this.#parts.now();
    }
    return state;
  }

  #finish(state: State, isCommit: boolean): void {
    const { name, producer, epoch } = state;
    const partitions = [...state.partitions];
    const positions = new Map(state.groups);
    const records = new Map<string, readonly LoggedRecord[]>();
    state.phase = 'ending';
    state.partitions.clear();
    state.groups.clear();
    const steps = [
      ...partitions.map((partition) => () => {
        records.set(partition, this.#parts.log(partition).end(producer, epoch, isCommit) ?? []);
      }),
      ...Array.from(positions, ([group, of]) => () => {
        if (isCommit) this.#parts.apply(group, of);
      }),
    ];
    let left = steps.length;
    const done = (): void => {
      if (left > 0) return;
      state.phase = 'empty';
      this.#parts.ended({ name, isCommit, records, positions });
    };
    const work = steps.map((step) => {
      const one = (): void => {
        this.#work = this.#work.filter((other) => other !== one);
        step();
        left -= 1;
        done();
      };
      return one;
    });
    if (work.length === 0) done();
    this.#work.push(...work);
    if (!this.#parts.isSlow()) for (const one of work) one();
  }
}
