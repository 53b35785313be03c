import { brokerError } from './kafkajs-parts.ts';

/** A record as a producer sends it. */
export interface SentRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** ms */
  readonly timestamp: number;
}

/** A record in a partition. */
export interface LoggedRecord extends SentRecord {
  readonly offset: number;
}

/** Who sends a batch: its number in Kafka, its epoch, and the number of the batch's first record in its own count. */
export interface BatchProducer {
  readonly id: number;
  readonly epoch: number;
  readonly sequence: number;
}

/** Records that were sent together, or the marker that ends a transaction. */
export interface LoggedBatch {
  readonly first: number;
  readonly last: number;
  /** Of a transactional producer; undefined of any other. */
  readonly producer: number | undefined;
  readonly marker: 'commit' | 'abort' | undefined;
  /** Fewer than were sent once it has been compacted. */
  readonly records: readonly LoggedRecord[];
}

interface AbortedRange {
  readonly producer: number;
  readonly first: number;
  readonly last: number;
}

/** What the partition knows of a producer's last batches, to drop those that come again. */
interface ProducerState {
  epoch: number;
  next: number;
  readonly recent: { readonly sequence: number; readonly first: number }[];
}

/** What a consumer is given. */
export interface ReadBatches {
  readonly batches: readonly LoggedBatch[];
  readonly aborted: readonly AbortedRange[];
}

/** Batches of a producer that are known again when they come twice, as brokers do. */
const KNOWN_AGAIN = 5;

/**
 * A partition of a topic.
 *
 * 1. Offsets go up by one for each record and each marker. Open transactions hold back what is stable.
 * 2. A batch of a producer that comes again is answered as the first time and not kept; one out of its order is refused.
 * 3. Compaction removes, before some offset, aborted records and those whose key has a newer committed one there. Markers stay, and so does the
 *    last batch, however empty.
 */
export class PartitionLog {
  #batches: LoggedBatch[] = [];
  #high = 0;
  readonly #open = new Map<number, { readonly first: number; readonly records: LoggedRecord[] }>();
  readonly #aborted: AbortedRange[] = [];
  readonly #producers = new Map<number, ProducerState>();

  /** The offset that the next record gets. */
  get high(): number {
    return this.#high;
  }

  /** Before this offset no transaction is open: the last stable offset. */
  get stable(): number {
    let stable = this.#high;
    for (const { first } of this.#open.values()) stable = Math.min(stable, first);
    return stable;
  }

  /** Appends records. @returns the offset of the first */
  append(records: readonly SentRecord[], producer?: BatchProducer): number {
    const known = producer && this.#known(producer, records.length);
    if (known !== undefined) return known;
    const first = this.#high;
    const logged = records.map((record, i) => ({ ...record, offset: first + i }));
    this.#push({
      first,
      last: first + records.length - 1,
      producer: producer?.id,
      marker: undefined,
      records: logged,
    });
    if (producer) {
      const open = this.#open.get(producer.id) ?? { first, records: [] };
      open.records.push(...logged);
      this.#open.set(producer.id, open);
    }
    return first;
  }

  /** Ends a producer's transaction. @returns its records; undefined where it has none */
  end(producer: number, epoch: number, isCommit: boolean): readonly LoggedRecord[] | undefined {
    const open = this.#open.get(producer);
    const marker = isCommit ? 'commit' : 'abort';
    const first = this.#high;
    this.#push({ first, last: first, producer, marker, records: [] });
    if ((this.#producers.get(producer)?.epoch ?? -1) < epoch)
      this.#producers.set(producer, { epoch, next: 0, recent: [] });
    this.#open.delete(producer);
    if (open && !isCommit) this.#aborted.push({ producer, first: open.first, last: first });
    return open?.records;
  }

  /** Batches from the one that holds `from` on, about `most` that hold anything; only what is stable where `isCommitted`. */
  read(from: number, most: number, isCommitted: boolean): ReadBatches {
    const end = isCommitted ? this.stable : this.#high;
    const batches: LoggedBatch[] = [];
    let left = most;
    for (const batch of this.#batches) {
      if (batch.last < from) continue;
      if (batch.first >= end || left <= 0) break;
      batches.push(batch);
      if (batch.records.length > 0) left -= 1;
    }
    const last = batches.at(-1)?.last ?? from;
    const aborted = this.#aborted.filter((range) => range.last >= from && range.first <= last);
    return { batches, aborted: isCommitted ? aborted.toSorted((a, b) => a.first - b.first) : [] };
  }

  /** The committed records that are there. */
  *committed(): Generator<LoggedRecord> {
    const end = this.stable;
    for (const batch of this.#batches) {
      if (batch.first >= end) return;
      if (!this.#isAborted(batch)) yield* batch.records;
    }
  }

  /** Compacts what lies before `before`, or before what is stable, whichever comes first. */
  compact(before: number): void {
    const end = Math.min(before, this.stable);
    const newest = new Map<string, number>();
    for (const batch of this.#batches) {
      if (batch.last >= end || this.#isAborted(batch)) continue;
      for (const { key, offset } of batch.records) if (key) newest.set(key.toString(), offset);
    }
    this.#batches = this.#batches
      .map((batch) => {
        if (batch.last >= end || batch.marker) return batch;
        const isAborted = this.#isAborted(batch);
        const records = batch.records.filter(
          ({ key, offset }) => !isAborted && (key === null || newest.get(key.toString()) === offset),
        );
        return records.length === batch.records.length ? batch : { ...batch, records };
      })
      .filter((batch, i, all) => batch.marker || batch.records.length > 0 || i === all.length - 1);
  }

  #push(batch: LoggedBatch): void {
    this.#batches.push(batch);
    this.#high = batch.last + 1;
  }

  #isAborted({ producer, first, marker }: LoggedBatch): boolean {
    if (producer === undefined || marker) return false;
    return this.#aborted.some(
      (range) => range.producer === producer && range.first <= first && first < range.last,
    );
  }

  /** The offset of a batch that is here already; undefined where it is new. */
  #known({ id, epoch, sequence }: BatchProducer, length: number): number | undefined {
    let state = this.#producers.get(id);
    if (state && epoch < state.epoch) throw brokerError('INVALID_PRODUCER_EPOCH');
    if (!state || epoch > state.epoch) {
      state = { epoch, next: 0, recent: [] };
      this.#producers.set(id, state);
    }
    const again = state.recent.find((batch) => batch.sequence === sequence);
    if (again) return again.first;
    if (sequence !== state.next) throw brokerError('OUT_OF_ORDER_SEQUENCE_NUMBER');
    state.recent.push({ sequence, first: this.#high });
    if (state.recent.length > KNOWN_AGAIN) state.recent.shift();
    state.next = sequence + length;
    return undefined;
  }
}
