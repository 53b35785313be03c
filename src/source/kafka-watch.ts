import { ForetideError } from '../errors.ts';

/** How often it is looked at, ms. */
const LOOK_EVERY = 5000;

export interface KafkaWatchParts {
  /** For the message: topic and group. */
  readonly where: string;
  /** Without a sign of life for so long, ms, the client counts as dead. */
  readonly silence: number;
  /** Whether the handler works: then the client may wait for it. */
  readonly isBusy: () => boolean;
  /** Is told, once, when the client is dead. */
  readonly fail: (error: ForetideError) => void;
}

/**
 * Ends a run whose Kafka client has stopped without a word: no fetch, no heartbeat, no crash, no new membership for a long time, while nobody
 * works. A process that only looks alive is worse than one that ends and is started again.
 */
export class KafkaWatch {
  readonly #parts: KafkaWatchParts;
  #signAt = 0;
  #isRebalancing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: KafkaWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.sign();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
    this.#timer.unref();
  }

  /** The client lives. While the group shares out anew only a membership shows that it does. */
  sign(): void {
    if (!this.#isRebalancing) this.#signAt = performance.now();
  }

  /**
   * The membership has ended. Where the answer to kafkajs's request for its share is lost, it goes on with the old one, fetches and heartbeats,
   * and never says what is ours.
   */
  rebalancing(): void {
    this.sign();
    this.#isRebalancing = true;
  }

  /** A membership has begun, or the client begins anew. */
  joined(): void {
    this.#isRebalancing = false;
    this.sign();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { where, silence, isBusy, fail } = this.#parts;
    if (isBusy()) return this.sign();
    if (performance.now() - this.#signAt < silence) return;
    this.end();
    fail(
      new ForetideError('KAFKA_STALLED', {
        what: 'The Kafka client does nothing any more',
        expected: `${this.#isRebalancing ? 'a new membership of the group' : 'a fetch or a heartbeat'} within ${silence / 1000} s`,

        got: 'none',
        where,
        todo: 'Start again; what was not committed is done again. When it comes back, please report it with the versions of Foretide and of the brokers.',
        canRetry: true,
      }),
    );
  }
}
