import type { ConsumerEndBatchProcessEvent } from 'kafkajs';

import { ForetideError } from '../errors.ts';
import { KafkaEnds } from './kafka-ends.ts';
import { offsetNumber, type Watermarks } from './kafka-offsets.ts';
import type { Held } from './kafka-ownership.ts';
import type { KafkaRange } from './kafka-range.ts';
import { Stillness } from './kafka-stillness.ts';

/** Time without any record that is told of once, and ends the run when it has passed twice, ms. */
const STILL = 30_000;

/** Longest that kafkajs may go on with what it knows of partitions and their leaders while a range is read, ms. */
export const RANGE_METADATA_AGE = STILL / 2;

export interface KafkaRangeRunParts {
  readonly topic: string;
  readonly range: KafkaRange;
  readonly ends: ReadonlyMap<number, number>;
  /** Fetches no more of a partition. */
  readonly pause: (partition: number) => void;
  /** All partitions are at their ends. */
  readonly finish: () => void;
  readonly fail: (error: unknown) => void;
  /** The partition, when it is open. */
  readonly held: (partition: number) => Held | undefined;
  readonly watermarks: () => Promise<ReadonlyMap<number, Watermarks>>;
}

/**
 * Brings the run of a range with an end to it: a partition that has reached its end is paused, and when all have, the run is
 * finished. Where an end never comes, it is an error.
 */
export class KafkaRangeRun {
  readonly #parts: KafkaRangeRunParts;
  readonly #ends: KafkaEnds;
  readonly #stillness: Stillness;

  constructor(parts: KafkaRangeRunParts) {
    this.#parts = parts;
    this.#ends = new KafkaEnds(parts.range, parts.ends);
    this.#stillness = new Stillness(STILL, (times) => void this.#still(times));
  }

  progress(): number {
    return this.#ends.progress();
  }

  /** The offset that the partition ends before. */
  until(partition: number): number {
    return this.#ends.of(partition);
  }

  /** Everything before `next` has been handed over. Says whether there is more. */
  arrive(partition: number, next: number): boolean {
    this.#stillness.sign();
    this.#ends.note(partition, next);
    if (!this.#ends.has(partition)) return true;
    this.#parts.pause(partition);
    if (this.#ends.all) this.#parts.finish();
    return false;
  }

  /** kafkajs is done with a batch; of one without a record for us, such as a transaction's marker, this is all that is heard. */
  passed({ partition, batchSize, lastOffset }: ConsumerEndBatchProcessEvent['payload']): void {
    this.#stillness.sign();
    if (batchSize > 0 || this.#parts.held(partition) === undefined) return;
    const next = offsetNumber(lastOffset) + 1;
    if (next >= this.#ends.of(partition)) this.arrive(partition, next);
  }

  /** What was handed over of the partition and not committed is dropped. */
  forget(partition: number): void {
    this.#stillness.sign();
    this.#ends.forget(partition);
  }

  /** The handler works. */
  during<T>(work: Promise<T>): Promise<T> {
    return this.#stillness.during(work);
  }

  end(): void {
    this.#stillness.end();
  }

  /**
   * Nothing comes, and the range is not at its end. When Kafka answers and still nothing comes, kafkajs stands still: it does not get
   * past a batch that compaction has emptied, and says nothing. What lies behind it is not known, so that this may not pass for an end.
   */
  async #still(times: number): Promise<void> {
    const kept = await this.#parts.watermarks().catch(() => undefined);
    if (kept === undefined) this.#stillness.sign();
    if (kept === undefined || times < 2) return;
    for (const partition of kept.keys()) {
      const held = this.#parts.held(partition);
      if (held !== undefined && !this.#ends.has(partition))
        return this.#parts.fail(standsStill(this.#parts.topic, held, this.#ends.of(partition)));
    }
  }
}

function standsStill(topic: string, { partition, next }: Held, end: number): ForetideError {
  return new ForetideError('KAFKA_CRASHED', {
    what: `The Kafka client has brought nothing for ${(2 * STILL) / 1000} s, though Kafka answers: it does not get past a batch that compaction has emptied`,
    expected: `records or the end, ${end}`,
    where: `${topic}/${partition}@${next}`,
    todo: `If nothing is left there, end before: input.to with ${partition}: ${next}; if something is, begin behind it with input.from and another store.path`,
    canRetry: true,
  });
}
