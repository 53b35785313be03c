import { z } from 'zod';
import { ForetideError } from '../errors.ts';
import type { SourceRecord } from '../source/source.ts';
import { decodeState, shortFingerprint, type StateRecord } from './kafka-state.ts';
import type { Restoring } from './store.ts';

/** What the record `meta` says of a commit. */
const Meta = z.object({
  /** The offset to go on from. */
  next: z.int().min(0),
  /** Number of rows, and the sum of the CRCs of all of them. */
  rows: z.int().min(0),
  sum: z.number().min(0),
  /** Newest event time, ms. */
  watermark: z.number(),
});
export type Meta = z.infer<typeof Meta>;

/** The bytes of `meta`. */
export function metaBytes(meta: Meta): Buffer {
  return Buffer.from(JSON.stringify(meta));
}

/** The committed state, as far as the store needs to know it. */
export interface RestoredState {
  /** Undefined where nothing was committed, or nothing since a reset. */
  readonly meta: Meta | undefined;
  /** Number of the last commit, 0 where there was none. */
  readonly commit: number;
}

/** A row of which not all parts have come. */
interface Unfinished {
  readonly record: StateRecord;
  readonly bytes: Uint8Array;
  filled: number;
  sum: number;
}

/**
 * Takes a partition's changelog in, up to the sentinel that was written before the reading began: by then the writer of before can write no
 * more. What is still there of commits that were overwritten is overwritten here as well; sums over all rows show that none is missing.
 */
export class Restore {
  /** Of the rows that have come. */
  sums = new RowSums();
  readonly #where: string;
  readonly #sentinel: Uint8Array;
  readonly #fingerprint: string;
  readonly #into: Restoring;
  #meta: StateRecord | undefined;
  #slots: StateRecord | undefined;
  /** Number of the newest commit that a row is of, or of the reset. */
  #newest = 0;
  readonly #unfinished = new Map<string, Unfinished>();

  /**
   * @param where for messages: topic/partition
   * @param sentinel what ends the reading
   */
  constructor(where: string, sentinel: Uint8Array, fingerprint: string, into: Restoring) {
    this.#where = where;
    this.#sentinel = sentinel;
    this.#fingerprint = shortFingerprint(fingerprint);
    this.#into = into;
  }

  /** Whether this was the sentinel. */
  take({ key, value, offset }: SourceRecord): boolean {
    if (value === null) return false;
    const record = decodeState(key, value, `${this.#where}@${offset}`);
    switch (record.kind) {
      case 'sentinel':
        return Buffer.compare(record.bytes, this.#sentinel) === 0;
      case 'meta':
        this.#meta = { ...record, bytes: record.bytes.slice() };
        return false;
      case 'reset':
        this.#reset(record);
        return false;
      case 'slots':
      case 'series':
        if (record.fingerprint === this.#fingerprint) this.#put(record);
        return false;
    }
  }

  /**
   * The state, once the sentinel has come.
   *
   * @throws ForetideError STATE_MISMATCH where it is of another fingerprint; STATE_CORRUPT where something is missing
   */
  end(): RestoredState {
    const record = this.#meta;
    if (!record) return { meta: undefined, commit: this.#newest };
    const meta = Meta.parse(JSON.parse(Buffer.from(record.bytes).toString()));
    const { commit } = record;
    if (record.fingerprint !== this.#fingerprint) throw this.#mismatch(record.fingerprint, commit);
    if (this.#newest > commit) throw this.#corrupt(`no commit after ${commit}`, String(this.#newest));
    if (this.#slots?.commit !== commit)
      throw this.#corrupt(`slots of commit ${commit}`, String(this.#slots?.commit));
    const { rows, sum } = this.sums;
    if (rows !== meta.rows || sum !== meta.sum)
      throw this.#corrupt(`${meta.rows} rows, sum ${meta.sum}`, `${rows}, sum ${sum}`);
    return { meta, commit };
  }

  /** Nothing of what was written before counts any more. */
  #reset({ commit }: StateRecord): void {
    this.#into.clear();
    this.#meta = undefined;
    this.#slots = undefined;
    this.#unfinished.clear();
    this.sums = new RowSums();
    this.#newest = commit;
  }

  #put(record: StateRecord): void {
    const whole = this.#whole(record);
    if (!whole) return;
    this.#newest = Math.max(this.#newest, record.commit);
    if (record.kind === 'slots') {
      this.#slots = record;
      this.#into.partition(whole.bytes);
      return;
    }
    this.#into.row(record.birth, record.series, whole.bytes);
    this.sums.set(record.birth, whole.sum);
  }

  /** The whole value, when this part makes it whole. */
  #whole(record: StateRecord): Pick<Unfinished, 'bytes' | 'sum'> | undefined {
    const { kind, series, commit, from, length, bytes, sum } = record;
    if (from === 0 && bytes.length === length) return { bytes, sum };
    const name = `${kind}/${series}`;
    if (from === 0) {
      this.#unfinished.set(name, { record, bytes: new Uint8Array(length), filled: 0, sum: 0 });
    }
    const unfinished = this.#unfinished.get(name);
    // a part of a commit of whose parts compaction has already removed one
    if (unfinished?.record.commit !== commit || unfinished.filled !== from) return undefined;
    unfinished.bytes.set(bytes, from);
    unfinished.filled += bytes.length;
    unfinished.sum += sum;
    if (unfinished.filled < length) return undefined;
    this.#unfinished.delete(name);
    return unfinished;
  }

  #mismatch(got: string, commit: number): ForetideError {
    return new MismatchError(commit, {
      what: 'The stored state belongs to other settings, another model or another version',
      expected: `fingerprint ${this.#fingerprint.slice(0, 12)}`,
      got: got.slice(0, 12),
      where: this.#where,
      todo: 'Start with the settings that wrote it, with --fresh to begin anew, or name another topic with store.topic.',
    });
  }

  #corrupt(expected: string, got: string): ForetideError {
    return new ForetideError('STATE_CORRUPT', {
      what: 'The changelog does not hold the whole state',
      expected,
      got,
      where: this.#where,
      todo: 'Check that the topic is compacted and nothing else writes to it; --fresh begins anew.',
    });
  }
}

/** STATE_MISMATCH, with the number of the last commit of the other state. */
export class MismatchError extends ForetideError {
  readonly commit: number;

  constructor(commit: number, facts: ForetideError['facts']) {
    super('STATE_MISMATCH', facts);
    this.commit = commit;
  }
}

/** The sum over all rows of the CRCs of what was last written of each: exact, for it stays below 2^53. */
export class RowSums {
  readonly #sums: number[] = [];
  #total = 0;

  get sum(): number {
    return this.#total;
  }

  get rows(): number {
    return this.#sums.length;
  }

  /** What the parts of a row's value sum up to now. */
  set(birth: number, sum: number): void {
    this.#total += sum - (this.#sums[birth] ?? 0);
    this.#sums[birth] = sum;
  }
}
