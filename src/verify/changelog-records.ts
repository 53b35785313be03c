import { randomUUID } from 'node:crypto';
import { ForetideError } from '../errors.ts';
import { readLayout } from '../memory/layout.ts';
import { type Meta, readMeta } from '../store/kafka-meta.ts';
import { Restore } from '../store/kafka-restore.ts';
import { decodeState, type StateRecord } from '../store/kafka-state.ts';
import { readMeaning } from '../store/meaning.ts';
import type { SourceRecord } from '../source/source.ts';
import type { StateRow } from '../store/store.ts';
import type { StateAt } from './stored.ts';

/** The last commit of a partition. */
export interface KeptCommit {
  readonly meta: Meta;
  /** As much of the fingerprint as a record holds. */
  readonly fingerprint: string;
}

/** The state of a partition as a changelog holds it. */
export interface KeptState {
  /** In the order of birth. */
  readonly rows: readonly StateRow[];
  /** Rows of series that have left and are kept, in the order of the bytes of their names. */
  readonly archived: readonly StateRow[];
  readonly slots: Uint8Array;
  /** Where rows and slots stand. */
  readonly at: StateAt;
}

/**
 * The records of a partition's changelog as they are read, from which its state is restored by what a run restores it by: of rows and of generations. No
 * sentinel is written, so that a run that goes on is not fenced; what it has begun to write and not told of in `meta` does not count.
 */
export class ChangelogRecords {
  readonly #where: string;
  /** Up to the last `meta`, the newest of each key: what compaction would leave. */
  readonly #whole = new Map<string, SourceRecord>();
  /** Behind it. */
  readonly #begun: SourceRecord[] = [];
  #last: StateRecord | undefined;
  #meaning: StateRecord | undefined;

  readonly #hasState: boolean;

  /**
   * @param where for messages: topic/partition
   * @param hasState whether the state is wanted, or the last commit alone
   */
  constructor(where: string, hasState: boolean) {
    this.#where = where;
    this.#hasState = hasState;
  }

  /** @throws ForetideError STATE_CORRUPT */
  take(record: SourceRecord): void {
    const { offset, key, value } = record;
    if (value === null) {
      if (this.#hasState) this.#begun.push({ offset, key: key?.slice() ?? null, value });
      return;
    }
    const state = decodeState(key, value, `${this.#where}@${offset}`);
    if (state.kind === 'reset') {
      this.#whole.clear();
      this.#begun.length = 0;
      this.#last = undefined;
      return;
    }
    // copies: what a fetch has brought is as large as the fetch
    if (this.#hasState) this.#begun.push({ offset, key: key?.slice() ?? null, value: value.slice() });
    if (state.kind === 'meaning') this.#meaning = { ...state, bytes: state.bytes.slice() };
    if (state.kind !== 'meta') return;
    this.#last = { ...state, bytes: state.bytes.slice() };
    for (const each of this.#begun.splice(0)) {
      const name = Buffer.from(each.key ?? []).toString();
      // in the order in which they were last written
      this.#whole.delete(name);
      if (each.value !== null) this.#whole.set(name, each);
    }
  }

  /**
   * The last commit; undefined where there was none.
   *
   * @throws ForetideError STATE_CORRUPT where it is of another version
   */
  commit(): KeptCommit | undefined {
    if (!this.#last) return undefined;
    const { fingerprint, bytes } = this.#last;
    try {
      return { fingerprint, meta: readMeta(bytes) };
    } catch (cause) {
      throw new ForetideError('STATE_CORRUPT', {
        what: 'What tells of the last commit cannot be read',
        where: this.#where,
        todo: 'Verify with the version that wrote it.',
        cause,
      });
    }
  }

  /**
   * The state as of the last commit.
   *
   * @throws ForetideError STATE_CORRUPT where something is missing
   */
  state({ fingerprint, meta }: KeptCommit): KeptState {
    const { generation } = meta;
    const sentinel = Buffer.from(randomUUID());
    const births = new Map<number, StateRow>();
    const kept = new Map<string, StateRow>();
    let slots: Uint8Array = new Uint8Array();
    const into = {
      row: (birth: number, series: string, bytes: Uint8Array) =>
        void births.set(birth, { series, bytes: bytes.slice() }),
      archived: (series: string, bytes: Uint8Array) =>
        void kept.set(series, { series, bytes: bytes.slice() }),
      // what was removed is not in the records any more
      forget: () => undefined,
      partition: (bytes: Uint8Array) => void (slots = bytes.slice()),
      clear: () => undefined,
    };
    const restore = new Restore(this.#where, sentinel, fingerprint, into, generation?.stamp);
    for (const record of this.#whole.values()) restore.take(record);
    restore.end();
    const told = this.#meaning?.fingerprint === fingerprint ? this.#meaning : undefined;
    const [since] = meta.commands ?? [];
    const commands = commandsIn(slots, told) ?? (since ? since.number - 1 : Infinity);
    const rows = [...births].toSorted(([a], [b]) => a - b).map(([, row]) => row);
    const archived = [...kept.values()].toSorted((a, b) =>
      Buffer.compare(Buffer.from(a.series), Buffer.from(b.series)),
    );
    return { rows, archived, slots, at: { next: generation?.next ?? meta.next, commands } };
  }
}

/** How many commands slots know, by the layout that a record `meaning` tells; undefined where none does. */
function commandsIn(slots: Uint8Array, meaning: StateRecord | undefined): number | undefined {
  const layout = readMeaning(meaning && Buffer.from(meaning.bytes).toString())?.layout;
  const places = layout === undefined ? [] : readLayout(layout).partition.slots;
  const place = places.find(({ name }) => name === 'commands');
  return place && Buffer.from(slots).readDoubleLE(place.offset);
}
