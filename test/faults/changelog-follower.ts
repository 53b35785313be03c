import { z } from 'zod';
import { Restore } from '../../src/store/kafka-restore.ts';
import { decodeState, type StateRecord } from '../../src/store/kafka-state.ts';
import type { Restoring } from '../../src/store/store.ts';
import type { ConsoleRecord } from './console-reader.ts';
import { stateDigest } from './state-digest.ts';
import { Violation } from './violation.ts';

const Meta = z.object({ next: z.number(), generation: z.object({ stamp: z.number() }).optional() });

/** The state of a partition at its end. */
export interface PartitionState {
  /** Position that it goes on from; null where nothing was committed. */
  readonly next: number | null;
  readonly commits: number;
  readonly series: number;
  /** Of all rows in the order of birth, with their names, and of the partition's slots; null where they are of an earlier commit. */
  readonly sha256: string | null;
}

export interface ChangelogFollowerParts {
  readonly partition: number;
  /** What ends the reading. */
  readonly sentinel: Buffer;
  /** Whether compaction removes nothing: every commit is there. */
  readonly isComplete: boolean;
  readonly mode: 'rows' | 'generations';
}

/** Follows one partition of a changelog up to a sentinel, with the product's own Restore; checks the numbers of the commits on the way. */
export class ChangelogFollower {
  readonly #parts: ChangelogFollowerParts;
  readonly #rows = new Map<number, { readonly series: string; readonly bytes: Buffer }>();
  #slots = Buffer.alloc(0);
  #restore: Restore | undefined;
  /** Rows and slots of generations, by their stamp, from the last whole one on; then the last `meta`. */
  readonly #generations = new Map<number, ConsoleRecord[]>();
  #meta: ConsoleRecord | undefined;
  #fingerprint = '';
  #last = { commit: 0, next: 0, stamp: 0 };
  #ended = false;

  constructor(parts: ChangelogFollowerParts) {
    this.#parts = parts;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  take(taken: ConsoleRecord): void {
    const { key, value, offset } = taken;
    if (value === null || this.#ended) return;
    const record = decodeState(Buffer.from(key), value, this.#where(offset));
    if (record.kind === 'sentinel' && Buffer.compare(record.bytes, this.#parts.sentinel) === 0)
      this.#ended = true;
    else this.#fingerprint ||= record.fingerprint;
    if (record.kind === 'meta') this.#count(record, taken);
    if (this.#parts.mode === 'generations') this.#keep(record, taken);
    else {
      this.#restore ??= this.#begin();
      this.#restore.take({ key: Buffer.from(key), value, offset });
    }
  }

  /**
   * What was restored, once the sentinel has come.
   *
   * @throws Violation
   */
  state(): PartitionState {
    const { partition, mode } = this.#parts;
    try {
      if (mode === 'generations') this.#restoreGeneration();
      const last = this.#restore?.end();
      return {
        next: last?.meta?.next ?? null,
        commits: last?.commit ?? 0,
        series: this.#rows.size,
        sha256: mode === 'generations' ? null : this.#digest(),
      };
    } catch (error) {
      throw new Violation('I3', `partition ${partition} cannot be restored: ${String(error)}`);
    }
  }

  #begin(only?: number): Restore {
    const { partition, sentinel } = this.#parts;
    return new Restore(`changelog/${partition}`, sentinel, this.#fingerprint, this.#into, only);
  }

  /** Keeps what the last whole generation and those after it are made of. */
  #keep({ kind, commit }: StateRecord, taken: ConsoleRecord): void {
    if (kind === 'meta') {
      this.#meta = taken;
      for (const stamp of this.#generations.keys())
        if (stamp < this.#last.stamp) this.#generations.delete(stamp);
    }
    if (kind !== 'series' && kind !== 'slots') return;
    const same = this.#generations.get(commit);
    if (same) same.push(taken);
    else this.#generations.set(commit, [taken]);
  }

  #restoreGeneration(): void {
    if (!this.#meta) return;
    this.#restore = this.#begin(this.#last.stamp);
    for (const { key, value, offset } of [...(this.#generations.get(this.#last.stamp) ?? []), this.#meta])
      this.#restore.take({ key: Buffer.from(key), value, offset });
  }

  #count({ commit, bytes }: StateRecord, { offset }: ConsoleRecord): void {
    const { next, generation } = Meta.parse(JSON.parse(Buffer.from(bytes).toString()));
    const last = this.#last;
    const isNext = this.#parts.isComplete ? commit === last.commit + 1 : commit > last.commit;
    const stamp = generation?.stamp ?? 0;
    // of an idle partition a commit may bring nothing but a generation
    const goesOn = next > last.next || (next === last.next && stamp > last.stamp);
    if (!isNext || !goesOn) {
      throw new Violation(
        'I7',
        `commit ${commit} up to ${next} follows commit ${last.commit} up to ${last.next} at ${this.#where(offset)}`,
      );
    }
    this.#last = { commit, next, stamp };
  }

  #digest(): string {
    const rows = [...this.#rows].toSorted(([a], [b]) => a - b);
    return stateDigest(
      rows.map(([birth, row]) => ({ birth, ...row })),
      this.#slots,
    );
  }

  get #into(): Restoring {
    return {
      row: (birth, series, bytes) => void this.#rows.set(birth, { series, bytes: Buffer.from(bytes) }),
      partition: (bytes) => {
        this.#slots = Buffer.from(bytes);
      },
      archived: () => undefined,
      forget: () => undefined,
      clear: () => {
        this.#rows.clear();
        this.#slots = Buffer.alloc(0);
      },
    };
  }

  #where(offset: number): string {
    return `changelog/${this.#parts.partition}@${offset}`;
  }
}
