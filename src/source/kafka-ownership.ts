import { ForetideError } from '../errors.ts';
import { gap, type Watermarks } from './kafka-offsets.ts';
import { type Log, saying } from '../log.ts';
import { Outage } from '../outage.ts';
import { PartitionLost } from '../store/changelog.ts';
import type { SourceHandler } from './source.ts';

/** Seeks in a row that may bring nothing of what was sought. */
const MOST_SEEKS = 10;

/** Times that Kafka is asked whether our position is really beyond its end. */
const MOST_PROOFS = 3;

/** Time between two questions to Kafka, ms. */
const PAUSE = 1000;

/** Partitions that are opened at a time: most of it is waiting for brokers, and one fetch brings the state of several. */
const OPEN_TOGETHER = 8;

/** A partition that the handler has opened. */
export interface Held {
  readonly partition: number;
  /** The membership that it was opened under, or kept. */
  generation: number;
  /** The offset to fetch from next. */
  next: number;
  /** Nothing was ever committed, handed over or asked for: the beginning is wherever the topic begins now. */
  fresh: boolean;
  /** Seeks since the last batch that was taken. */
  seeks: number;
  /** The handler has been told to drop it. */
  lost: boolean;
  /** Settles when no call of the handler for this partition is under way; never rejects. */
  busy: Promise<void>;
}

/** How fetching is steered: kafkajs's consumer, without its names. */
export interface Steering {
  pause(partitions: readonly number[]): void;
  seek(partition: number, offset: number): void;
  resume(partition: number): void;
}

export interface KafkaOwnershipParts {
  readonly topic: string;
  readonly handler: Pick<SourceHandler, 'open' | 'lose'>;
  readonly steering: Steering;
  /** Where a partition begins that nothing was ever committed of; undefined, or left out: where the topic begins. */
  readonly begin?: (partition: number) => number | undefined;
  /** Is told where an opened partition goes on; says whether there is anything to fetch. Left out: always. */
  readonly opened?: (partition: number, next: number) => boolean;
  /**
   * A partition that is ours before and after is kept open: whoever had it in between has made sure that nothing more can be committed of
   * what the handler has. Left out: it is lost and opened anew.
   */
  readonly isKept?: boolean;
  /** What each partition keeps; may reject, and is asked again then. */
  readonly watermarks: () => Promise<ReadonlyMap<number, Watermarks>>;
  /** Is told the first and every other error of the handler, and KAFKA_GAP. */
  readonly fail: (error: unknown) => void;
  readonly log: Log;
}

/**
 * Which partitions are ours, under which membership of the group, and where each goes on.
 *
 * 1. Every assignment begins a new generation: everything is paused; what an older generation held is lost; what is ours now is
 *    opened, up to 8 at a time, sought to the position that the handler gave, and resumed. One after the other, and never while the handler works
 *    on that partition. With `isKept` what is ours before and after goes on where it is.
 * 2. A batch is in place only when it was fetched from the very offset that we expect. kafkajs may bring another: one that was
 *    fetched before a seek, or after it has silently reset itself to the topic's beginning.
 */
export class KafkaOwnership {
  readonly #parts: KafkaOwnershipParts;
  readonly #held = new Map<number, Held>();
  #assigned: readonly number[] = [];
  #generation = 0;
  #ended = false;
  /** Losing and opening, one after the other; never rejects. */
  #settling: Promise<void> = Promise.resolve();
  #unsettled = 0;

  constructor(parts: KafkaOwnershipParts) {
    this.#parts = parts;
  }

  /** A new membership, which these partitions belong to; none when the membership has ended. */
  assign(partitions: readonly number[]): void {
    this.#generation += 1;
    this.#assigned = partitions;
    this.#settle();
  }

  /** The membership ends; which partitions are ours in the next one is not known yet. */
  suspend(): void {
    if (this.#parts.isKept !== true) this.assign([]);
    else this.#generation += 1;
  }

  /** Opens what was lost though no new membership followed: a heartbeat could not be sent, and then it could. */
  reopen(): void {
    if (this.#unsettled === 0 && this.#assigned.some((partition) => !this.#held.has(partition)))
      this.#settle();
  }

  /** From now on nothing is ours, and nothing is opened or lost any more. */
  end(): void {
    this.#ended = true;
  }

  /** Resolves when no call of the handler is under way. */
  async idle(): Promise<void> {
    await this.#settling;
    await Promise.all(Array.from(this.#held.values(), ({ busy }) => busy));
  }

  /** The partition, when it is open under the present membership. */
  get(partition: number): Held | undefined {
    const held = this.#held.get(partition);
    return held !== undefined && this.isCurrent(held) ? held : undefined;
  }

  /** Of the partitions that are open: those that have got to the end of what is kept, with the position. */
  exhausted(kept: ReadonlyMap<number, Watermarks>): ReadonlyMap<number, number> {
    const positions = new Map<number, number>();
    for (const { partition, next } of this.current)
      if (next >= (kept.get(partition)?.high ?? Infinity)) positions.set(partition, next);
    return positions;
  }

  /** The partitions that are open under the present membership. */
  get current(): readonly Held[] {
    return [...this.#held.values()].filter((held) => this.isCurrent(held));
  }

  isCurrent(held: Held): boolean {
    return !this.#ended && !held.lost && held.generation === this.#generation;
  }

  /** Whether the store's position of this partition is still ours to tell; also after the end, for the last commit. */
  mayTell(partition: number): boolean {
    return this.#held.get(partition)?.lost === false;
  }

  /** Tells the handler to drop the partition, once. */
  async lose(held: Held): Promise<void> {
    if (held.lost) return;
    held.lost = true;
    await this.#parts.handler.lose(held.partition);
    this.#held.delete(held.partition);
  }

  /**
   * Loses a partition that can do nothing any more, and fetches nothing of it until it is opened again; also between two memberships, lest the next one
   * keeps it.
   */
  async drop(partition: number): Promise<void> {
    const held = this.#held.get(partition);
    if (this.#ended || held === undefined || held.lost) return;
    this.#parts.steering.pause([partition]);
    await this.lose(held);
  }

  /**
   * Whether a batch that was fetched from `fetched` is the one that comes next. If not, it is to be dropped, and the partition
   * has been sought to where it goes on.
   *
   * That a fetch from `held.next` was answered proves that nothing was deleted: a broker refuses one below its low watermark.
   * The first record may stand behind it all the same, after a hole.
   *
   * @throws ForetideError KAFKA_GAP; KAFKA_CRASHED when seeking does not help
   */
  async isInPlace(held: Held, fetched: number): Promise<boolean> {
    if (fetched !== held.next) {
      await this.#proveKept(held);
      if (!this.isCurrent(held)) return false;
      // Sought, nothing deleted, and still behind: kafkajs has passed over a fetch that held no record at all.
      const isBehindHole = held.seeks > 0 && fetched > held.next;
      if (!isBehindHole) {
        held.seeks += 1;
        if (held.seeks > MOST_SEEKS) throw seekIgnored(this.#where(held), fetched);
        this.#parts.steering.seek(held.partition, held.next);
        return false;
      }
    }
    held.fresh = false;
    held.seeks = 0;
    return true;
  }

  /** Makes what we hold agree with what is assigned, once all earlier such work is done. */
  #settle(): void {
    if (this.#ended) return;
    const missing = this.#assigned.filter((partition) => this.get(partition) === undefined);
    if (missing.length > 0) this.#parts.steering.pause(missing);
    this.#unsettled += 1;
    this.#settling = this.#settled(this.#settling, this.#generation);
  }

  async #settled(earlier: Promise<void>, generation: number): Promise<void> {
    await earlier;
    try {
      await this.#adopt(generation);
    } catch (error) {
      this.#parts.fail(error);
    }
    this.#unsettled -= 1;
  }

  async #adopt(generation: number): Promise<void> {
    const isStale = (): boolean => this.#ended || generation !== this.#generation;
    for (const held of this.#held.values()) {
      if (held.generation === this.#generation) continue;
      await held.busy;
      if (this.#ended) return;
      if (this.#parts.isKept === true && isStale()) return;
      if (this.#parts.isKept === true && !held.lost && this.#assigned.includes(held.partition)) {
        held.generation = generation;
        held.seeks = 0;
        this.#fetch(held);
      } else await this.lose(held);
    }
    const missing = this.#assigned.filter((partition) => !this.#held.has(partition));
    if (missing.length === 0 || isStale()) return;
    const kept = await this.#watermarks(isStale);
    const left = missing.values();
    const openSome = async (): Promise<void> => {
      for (const partition of left) {
        if (isStale()) return;
        try {
          await this.#opened(partition, generation, kept.get(partition) ?? { low: 0, high: 0 }, isStale);
        } catch (error) {
          return this.#parts.fail(error);
        }
      }
    };
    await Promise.all(Array.from({ length: OPEN_TOGETHER }, openSome));
    if (isStale()) return;
    this.#parts.log.info({ topic: this.#parts.topic, partitions: missing }, 'Partitions opened');
  }

  /** Opens a partition, however often that has to be tried while it is ours. */
  async #opened(
    partition: number,
    generation: number,
    kept: Watermarks,
    isStale: () => boolean,
  ): Promise<void> {
    const outage = new Outage(this.#parts.log, {
      away: 'A partition cannot be opened; trying again',
      back: 'A partition could be opened at last',
      facts: { topic: this.#parts.topic, partition },
    });
    while (!isStale()) {
      try {
        await this.#open(partition, generation, kept);
        return outage.back();
      } catch (error) {
        if (isStale() || error instanceof PartitionLost) return;
        if (!(error instanceof ForetideError && error.canRetry) || error.code === 'KAFKA_GAP') throw error;
        outage.failed({ error: error.message });
        await pause();
      }
    }
  }

  async #open(partition: number, generation: number, { low, high }: Watermarks): Promise<void> {
    const position = await this.#parts.handler.open(partition);
    const begin = position ?? this.#parts.begin?.(partition);
    const fresh = begin === undefined;
    const next = begin ?? low;
    const held: Held = { partition, generation, next, fresh, seeks: 0, lost: false, busy: Promise.resolve() };
    this.#held.set(partition, held);
    if (next < low || next > high) await this.#proveKept(held);
    if (!this.isCurrent(held)) return;
    this.#fetch(held);
  }

  #fetch({ partition, next }: Held): void {
    if (this.#parts.opened?.(partition, next) === false) return;
    this.#parts.steering.seek(partition, next);
    this.#parts.steering.resume(partition);
  }

  /**
   * Makes sure that everything from `held.next` on is still there. A partition that nothing was ever read of moves to the
   * topic's present beginning instead.
   *
   * @throws ForetideError KAFKA_GAP
   */
  async #proveKept(held: Held): Promise<void> {
    for (let proof = 1; ; proof += 1) {
      const kept = (await this.#watermarks(() => !this.isCurrent(held))).get(held.partition);
      if (kept === undefined || !this.isCurrent(held)) return;
      if (held.fresh && held.next < kept.low) held.next = kept.low;
      const error = gap(this.#where(held), held.next, kept);
      if (error === undefined) return;
      if (!error.canRetry || proof === MOST_PROOFS) throw error;
      await pause();
    }
  }

  /** What each partition keeps; asks until Kafka answers or the answer is no longer wanted. */
  async #watermarks(isStale: () => boolean): Promise<ReadonlyMap<number, Watermarks>> {
    const outage = new Outage(this.#parts.log, {
      away: 'Kafka cannot be asked what it keeps; asking again',
      back: 'Kafka has said what it keeps',
      facts: { topic: this.#parts.topic },
    });
    while (!isStale()) {
      try {
        const kept = await this.#parts.watermarks();
        outage.back();
        return kept;
      } catch (error) {
        outage.failed({ error: saying(error) });
        await pause();
      }
    }
    return new Map();
  }

  #where({ partition, next }: Held): string {
    return `${this.#parts.topic}/${partition}@${next}`;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE);
  });
}

function seekIgnored(where: string, fetched: number): ForetideError {
  return new ForetideError('KAFKA_CRASHED', {
    what: 'The Kafka client does not go where it is told to',
    got: `records fetched from offset ${fetched}`,
    where,
    todo: 'Start again; when it comes back, please report it with the versions of Foretide and of the brokers',
    canRetry: true,
  });
}
