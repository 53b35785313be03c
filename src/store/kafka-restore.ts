import { ForetideError } from '../errors.ts';
import type { SourceRecord } from '../source/source.ts';
import { type LastCommit, LastMeta } from './kafka-meta.ts';
import { decodeKey, decodeState, type Letter, shortFingerprint, type StateRecord } from './kafka-state.ts';
import type { Restoring } from './store.ts';

/** A row of which not all parts have come. */
interface Unfinished {
  readonly record: StateRecord;
  readonly bytes: Uint8Array;
  filled: number;
  sum: number;
}

/**
 * Takes a partition's changelog in, up to the sentinel that was written before the reading began: by then the writer of before can write no
 * more. What is still there of commits that were overwritten is overwritten here as well, and what was removed is forgotten; sums over all rows show that
 * none is missing.
 */
export class Restore {
  /** Of the rows that have come. */
  sums = new RowSums();
  /** Keys of rows that are there under the letters of generations, of whatever generation. */
  readonly keys = { a: new Set<string>(), b: new Set<string>() } satisfies Record<Letter, Set<string>>;
  readonly #where: string;
  readonly #sentinel: Uint8Array;
  readonly #fingerprint: string;
  readonly #into: Restoring;
  readonly #only: number | undefined;
  readonly #last: LastMeta;
  #slots: StateRecord | undefined;
  /** Number of the newest commit that a row is of. */
  #newest = 0;
  readonly #unfinished = new Map<string, Unfinished>();

  /**
   * @param where for messages: topic/partition
   * @param sentinel what ends the reading
   * @param only what the rows of the wanted generation are stamped with; left out: rows of all commits
   */
  constructor(where: string, sentinel: Uint8Array, fingerprint: string, into: Restoring, only?: number) {
    this.#where = where;
    this.#sentinel = sentinel;
    this.#fingerprint = shortFingerprint(fingerprint);
    this.#into = into;
    this.#only = only;
    this.#last = new LastMeta(where, fingerprint, only === undefined ? 'rows' : 'generations');
  }

  /** Whether this was the sentinel. */
  take({ key, value, offset }: SourceRecord): boolean {
    this.#note(key, value === null, `${this.#where}@${offset}`);
    if (value === null) return false;
    const record = decodeState(key, value, `${this.#where}@${offset}`);
    if (record.kind === 'sentinel') return Buffer.compare(record.bytes, this.#sentinel) === 0;
    this.#last.take(record);
    if (record.kind === 'reset') this.#reset();
    else if (isState(record) && this.#isWanted(record)) this.#put(record);
    return false;
  }

  /** Knows which keys of generations are there; without these what was removed is forgotten. */
  #note(key: Uint8Array | null, isRemoved: boolean, where: string): void {
    if (this.#only === undefined && !isRemoved) return;
    const { kind, letter, part, series } = decodeKey(key, where);
    if (kind !== 'series' && kind !== 'archive') return;
    if (letter === undefined) {
      if (this.#only !== undefined || part > 0) return;
      this.#unfinished.delete(`${kind}/${series}`);
      this.#into.forget(kind, series);
      this.sums.delete(kind, series);
      return;
    }
    const text = Buffer.from(key!).toString();
    if (isRemoved) this.keys[letter].delete(text);
    else this.keys[letter].add(text);
  }

  /**
   * The last commit, once the sentinel has come.
   *
   * @throws ForetideError STATE_MISMATCH where it is of another fingerprint; STATE_CORRUPT where something is missing
   */
  end(): LastCommit {
    const last = this.#last.end();
    const { meta, commit } = last;
    if (!meta) return last;
    const of = this.#only ?? commit;
    if (this.#only === undefined && this.#newest > commit)
      throw this.#corrupt(`no commit after ${commit}`, String(this.#newest));
    if (this.#slots?.commit !== of) throw this.#corrupt(`slots of commit ${of}`, String(this.#slots?.commit));
    const { rows, sum } = this.sums;
    if (rows !== meta.rows || sum !== meta.sum)
      throw this.#corrupt(`${meta.rows} rows, sum ${meta.sum}`, `${rows}, sum ${sum}`);
    return last;
  }

  /** Nothing of what was written before counts any more. */
  #reset(): void {
    this.#into.clear();
    this.#slots = undefined;
    this.#unfinished.clear();
    this.sums = new RowSums();
    this.#newest = 0;
  }

  #isWanted({ fingerprint, commit }: StateRecord): boolean {
    return fingerprint === this.#fingerprint && (this.#only === undefined || commit === this.#only);
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
    const { birth, series } = record;
    const kind = record.kind === 'archive' ? 'archive' : 'series';
    if (kind === 'archive') this.#into.archived(series, whole.bytes);
    else this.#into.row(birth, series, whole.bytes);
    this.sums.set(kind, series, whole.sum);
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

function isState({ kind }: StateRecord): boolean {
  return kind === 'series' || kind === 'archive' || kind === 'slots';
}

/** The sum over all rows of the CRCs of what was last written of each: exact, for it stays below 2^53. */
export class RowSums {
  readonly #sums = { series: new Map<string, number>(), archive: new Map<string, number>() };
  #total = 0;

  get sum(): number {
    return this.#total;
  }

  get rows(): number {
    return this.#sums.series.size + this.#sums.archive.size;
  }

  /** What the parts of a row's value sum up to now. */
  set(kind: 'series' | 'archive', series: string, sum: number): void {
    const sums = this.#sums[kind];
    this.#total += sum - (sums.get(series) ?? 0);
    sums.set(series, sum);
  }

  /** The row is not there any more, if it was. */
  delete(kind: 'series' | 'archive', series: string): void {
    const sums = this.#sums[kind];
    this.#total -= sums.get(series) ?? 0;
    sums.delete(series);
  }
}
