import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, Producer } from 'kafkajs';
import type { Cluster } from './cluster.ts';
import { PARTITIONS, type Workload } from './workload.ts';

/** Records that are appended to each partition at a time: while faults go on, and where it is all one part. */
const SLICE = 100;
const LARGE_SLICE = 1000;
/** Most bytes of a request, but for a record that is larger. */
const MOST_BYTES = 150_000;

/**
 * Appends a workload to an empty topic, little by little, so that readings come while faults go on. Nothing is appended while a broker is
 * away: what the input holds is no matter of this test, and is proven by its ends.
 */
export class Feed {
  readonly #topic: string;
  readonly #cluster: Cluster;
  readonly #records: readonly (readonly Message[])[];
  readonly #parts: number;
  readonly #longest: number;
  /** Records of each partition that may be appended, and that have been. */
  #granted = 0;
  #appended = 0;
  #flow: Promise<void> = Promise.resolve();
  #producer: Producer | undefined;

  /** @param parts into how many parts it is cut, each of which is asked for by `next` */
  constructor(cluster: Cluster, topic: string, { records }: Workload, parts: number) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#records = records;
    this.#parts = parts;
    this.#longest = Math.max(...records.map(({ length }) => length));
  }

  /** Begins to append the next part; what remains of those before goes first. */
  next(): void {
    this.#granted = Math.min(this.#longest, this.#granted + Math.ceil(this.#longest / this.#parts));
    this.#flow = this.#flow.then(() => this.#pour());
    // told by `rest`
    this.#flow.catch(() => undefined);
  }

  /** Appends all that is left. */
  async rest(): Promise<void> {
    this.#granted = this.#longest;
    this.next();
    await this.#flow;
    await this.close();
    const ends = await this.#cluster.askUntil((admin) => admin.fetchTopicOffsets(this.#topic));
    for (const { partition, high } of ends) {
      const { length } = this.#records[partition]!;
      if (Number(high) !== length)
        throw new Error(`The harness has written ${high} records to partition ${partition}, not ${length}`);
    }
  }

  /** Ends it, wherever it stands. */
  async close(): Promise<void> {
    this.#granted = 0;
    await this.#flow.catch(() => undefined);
    await this.#producer?.disconnect();
    this.#producer = undefined;
  }

  async #pour(): Promise<void> {
    while (this.#appended < this.#granted) {
      await this.#cluster.alone(() => this.#append());
      await sleep(20);
    }
  }

  async #append(): Promise<void> {
    const from = this.#appended;
    const to = from + (this.#parts === 1 ? LARGE_SLICE : SLICE);
    this.#appended = to;
    this.#producer ??= await this.#connect();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      // one partition a request
      for (const messages of requests(this.#records[partition]!.slice(from, to)))
        await this.#producer.send({ topic: this.#topic, acks: -1, messages });
    }
  }

  async #connect(): Promise<Producer> {
    const producer = (await this.#cluster.client()).producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    return producer;
  }
}

/** Messages in requests that a broker takes. */
function* requests(all: readonly Message[]): Generator<Message[]> {
  let messages: Message[] = [];
  let bytes = 0;
  for (const message of all) {
    const size = 100 + (message.value?.length ?? 0);
    if (messages.length > 0 && bytes + size > MOST_BYTES) {
      yield messages;
      [messages, bytes] = [[], 0];
    }
    messages.push(message);
    bytes += size;
  }
  if (messages.length > 0) yield messages;
}
