import type { Held } from './kafka-ownership.ts';
import type { Watermarks } from './kafka-offsets.ts';
import type { Ahead } from './source.ts';

/** What was heard of a partition's end is news for so long, ms. */
const NEWS = 10_000;

export interface KafkaAheadParts {
  /** The partitions that are open under the present membership. */
  readonly held: () => readonly Pick<Held, 'partition' | 'next'>[];
  readonly watermarks: () => Promise<ReadonlyMap<number, Watermarks>>;
}

/**
 * What lies ahead in each partition. Each fetched batch tells the partition's end; nothing is fetched while a sink is
 * away, just when it matters: then Kafka is asked, behind a question that is answered from what is known, so that the next one has it.
 */
export class KafkaAhead {
  readonly #parts: KafkaAheadParts;
  /** Of each partition its end, and when it was heard. */
  readonly #ends = new Map<number, { readonly end: number; readonly at: number }>();
  #isAsking = false;

  constructor(parts: KafkaAheadParts) {
    this.#parts = parts;
  }

  /** The end of a partition, as a batch of it tells; what is no offset is passed over, for nothing but metrics depends on it. */
  heard(partition: number, end: number): void {
    if (!Number.isSafeInteger(end)) return;
    this.#ends.set(partition, { end, at: performance.now() });
  }

  /** By partition; one of whose end nothing was heard is left out. */
  read(): ReadonlyMap<number, Ahead> {
    const ahead = new Map<number, Ahead>();
    const held = this.#parts.held();
    for (const { partition, next } of held) {
      const known = this.#ends.get(partition);
      if (known) ahead.set(partition, { next, end: Math.max(next, known.end) });
    }
    const old = performance.now() - NEWS;
    if (held.some(({ partition }) => (this.#ends.get(partition)?.at ?? -Infinity) < old)) void this.#ask();
    return ahead;
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      for (const [partition, { high }] of await this.#parts.watermarks()) this.heard(partition, high);
    } catch {
      // what is known stays; that Kafka is away is told by whoever needs it
    }
    this.#isAsking = false;
  }
}
