import type { Log } from '../log.ts';
import type { Held, Steering } from './kafka-ownership.ts';
import type { Watermarks } from './kafka-offsets.ts';

/** Time between two looks, ms. */
const LOOK_EVERY = 30_000;

export interface KafkaNudgeParts {
  readonly topic: string;
  /** The partitions that are open under the present membership. */
  readonly held: () => readonly Held[];
  readonly watermarks: () => Promise<ReadonlyMap<number, Watermarks>>;
  readonly isBusy: () => boolean;
  readonly steering: Steering;
  readonly log: Log;
}

/**
 * Makes kafkajs fetch a partition again that has stood still from one look to the next though Kafka has more of it: it seeks to where the partition
 * stands and resumes it. Where there is nothing to be had but markers and what compaction has left, that changes nothing.
 */
export class KafkaNudge {
  readonly #parts: KafkaNudgeParts;
  #before: ReadonlyMap<number, number> = new Map();
  readonly #told = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: KafkaNudgeParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY);
    this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** One look; never rejects. */
  async look(): Promise<void> {
    const { topic, held, watermarks, isBusy, steering, log } = this.#parts;
    const before = this.#before;
    const standing = held().filter(({ partition, next }) => before.get(partition) === next);
    this.#before = new Map(held().map(({ partition, next }) => [partition, next]));
    if (standing.length === 0 || isBusy()) return;
    const kept = await watermarks().catch(() => undefined);
    const still = new Set(held());
    for (const one of standing) {
      const { partition, next } = one;
      const high = kept?.get(partition)?.high ?? 0;
      if (high <= next || !still.has(one) || before.get(partition) !== one.next || isBusy()) continue;
      if (this.#told.get(partition) !== next)
        log.warn(
          { topic, partition, next, high },
          'Kafka has more of a partition, but nothing comes: asking again',
        );
      this.#told.set(partition, next);
      steering.seek(partition, next);
      steering.resume(partition);
    }
  }
}
