import { decodeState } from '../../src/store/kafka-state.ts';
import type { LoggedRecord } from '../../src/testing/partition-log.ts';
import type { SimWorld } from '../../src/testing/sim-world.ts';
import type { EndedTransaction } from '../../src/testing/transactions.ts';
import { digestOf, type Golden, kindOf } from './golden.ts';

/** What has been committed of a partition. */
interface Seen {
  commit: number;
  next: number;
  readonly messages: Map<string, number>;
  /** Offsets of records that became dead letters. */
  readonly dead: Set<string>;
}

/**
 * What must hold at every commit and at the end, against a golden run: outputs are a prefix of the golden ones and reach exactly as far as the
 * position; commits are numbered without a gap; the group's offset is the position; the bucket holds all that was committed, and nothing else.
 */
export class Checks {
  readonly #world: SimWorld;
  readonly #golden: readonly Golden[];
  readonly #seen: readonly Seen[];
  /** Keys of the changelog that were removed. */
  removals = 0;

  constructor(world: SimWorld, golden: readonly Golden[]) {
    this.#world = world;
    this.#golden = golden;
    this.#seen = golden.map(() => ({
      commit: 0,
      next: 0,
      messages: new Map<string, number>(),
      dead: new Set<string>(),
    }));
    world.cluster.onTransaction((transaction) => {
      if (!transaction.isCommit) return;
      for (let partition = 0; partition < golden.length; partition++) this.#committed(transaction, partition);
    });
  }

  /** Whether all is committed. */
  get isComplete(): boolean {
    return this.#seen.every(({ next }, partition) => next === this.#golden[partition]!.length);
  }

  /** What is to be looked at before every step. */
  each(): void {
    const [conflict] = this.#world.bucket.conflicts;
    if (conflict !== undefined) this.#fail(`two contents of one point: ${conflict}`);
  }

  /** After the workers have ended, orderly. */
  atEnd(): void {
    const { cluster, place, bucket } = this.#world;
    if (!cluster.transactions.isIdle || cluster.transactions.work.length > 0)
      this.#fail('a transaction was left');
    for (const [name, { partitions }] of cluster.topics) {
      partitions.forEach((log, p) => {
        if (log.stable !== log.high) this.#fail(`${name}/${p} is stable up to ${log.stable} of ${log.high}`);
      });
    }
    this.#golden.forEach(({ length, messages, dead }, p) => {
      const seen = this.#seen[p]!;
      const position = cluster.group(place.input.group).positions.get(`${place.input.topic}/${p}`);
      if (position !== length) this.#fail(`the group stands at ${position} of ${length} in partition ${p}`);
      if (seen.dead.size !== dead.length) this.#fail(`${seen.dead.size} of ${dead.length} dead letters`);
      if (this.#world.isWrittenToBucket) return;
      for (const [kind, all] of messages)
        if (seen.messages.get(kind) !== all.length) this.#fail(`${kind}: not all messages`);
    });
    if (!this.#world.isWrittenToBucket) return;
    for (const identity of bucket.points.keys())
      if (!this.#golden.some(({ points }) => points.has(identity))) this.#fail(`extra point ${identity}`);
  }

  /** The state, as a worker has it that restored it. */
  state(worker: SimWorld['workers'][number]): void {
    for (const { partition, memory } of worker.tasks?.all ?? [])
      if (digestOf(memory) !== this.#golden[partition]!.digest)
        this.#fail(`the state of partition ${partition} differs`);
  }

  #committed({ name, records, positions }: EndedTransaction, partition: number): void {
    const { place } = this.#world;
    const { changelog, outputs, dead } = place.topics;
    const seen = this.#seen[partition]!;
    const of = (topic: string): readonly LoggedRecord[] => records.get(`${topic}/${partition}`) ?? [];
    for (const { key, value, offset } of of(changelog)) {
      if (value === null) {
        this.removals += 1;
        continue;
      }
      const state = decodeState(key, value, `${changelog}/${partition}@${offset}`);
      if (state.kind !== 'meta') continue;
      const { next } = JSON.parse(Buffer.from(state.bytes).toString()) as { next: number };
      if (state.commit !== seen.commit + 1)
        this.#fail(`${name}: commit ${state.commit} after ${seen.commit}`);
      if (next < seen.next) this.#fail(`${name}: back from ${seen.next} to ${next}`);
      const told = positions.get(place.input.group)?.get(`${place.input.topic}/${partition}`);
      if (told !== next) this.#fail(`${name}: the group is told ${told}, the state ${next}`);
      seen.commit = state.commit;
      seen.next = next;
    }
    for (const [measurement, topic] of Object.entries(outputs))
      for (const record of of(topic)) this.#message(partition, measurement, record);
    const expected = this.#golden[partition]!;
    if (dead !== undefined) {
      for (const { value, headers } of of(dead)) {
        // in a frame they come by stage, not by offset
        const { offset = '' } = headers;
        const wanted = expected.dead.find((one) => String(one.offset) === offset);
        if (!wanted || wanted.text !== value?.toString() || seen.dead.has(offset))
          this.#fail(`dead letter ${offset} ${seen.dead.has(offset) ? 'twice' : 'otherwise'}`);
        seen.dead.add(offset);
      }
    }
    this.#reaches(partition);
  }

  #message(partition: number, measurement: string, { key, value, offset }: LoggedRecord): void {
    const { messages } = this.#seen[partition]!;
    const kind = kindOf(measurement, String(key), String(value));
    const at = messages.get(kind) ?? 0;
    messages.set(kind, at + 1);
    const wanted = this.#golden[partition]!.messages.get(kind)?.[at];
    if (wanted?.text !== value!.toString())
      this.#fail(`${kind}@${offset}: ${String(value)} where ${wanted?.text} was to come`);
  }

  /** Everything before the position is there, and nothing of what follows. */
  #reaches(partition: number): void {
    const { messages, dead, points } = this.#golden[partition]!;
    const seen = this.#seen[partition]!;
    const due = (all: readonly { readonly offset: number }[]): number =>
      all.filter(({ offset }) => offset < seen.next).length;
    if (seen.dead.size !== due(dead)) this.#fail(`${seen.dead.size} dead letters before ${seen.next}`);
    if (!this.#world.isWrittenToBucket) {
      for (const [kind, all] of messages) {
        const told = seen.messages.get(kind) ?? 0;
        if (told !== due(all)) this.#fail(`${kind}: ${told} messages before ${seen.next}, not ${due(all)}`);
      }
      return;
    }
    for (const [identity, { offset, text }] of points) {
      if (offset >= seen.next) continue;
      const point = this.#world.bucket.points.get(identity);
      if (!point || JSON.stringify(point.values) !== text)
        this.#fail(`${identity} is committed, and in the bucket ${point ? 'otherwise' : 'not'}`);
    }
  }

  #fail(what: string): void {
    this.#world.violations.push(what);
  }
}
