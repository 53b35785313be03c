import { z } from 'zod';
import { LoggedCommand } from '../command.ts';
import { RangeDigest } from '../digest/range-digest.ts';
import { ForetideError } from '../errors.ts';
import type { KafkaStoreSettings } from './kafka-settings.ts';
import { readMeaning, type StateMeaning } from './meaning.ts';
import { shortFingerprint, type StateRecord } from './kafka-state.ts';

/** What the record `meta` says of a commit. */
const Meta = z.object({
  /** The offset to go on from. */
  next: z.int().min(0),
  /** Newest event time, ms. */
  watermark: z.number(),
  /** Number of rows, and the sum of the CRCs of all of them; of the generation, where the state is kept in such. */
  rows: z.int().min(0),
  sum: z.number().min(0),
  /** The last whole generation: the number that its rows and slots are stamped with, the position that they belong to, where they lie. */
  generation: z
    .object({ stamp: z.int().min(1), next: z.int().min(0), letter: z.enum(['a', 'b']) })
    .optional(),
  /** What has taken effect since that generation, in order. */
  commands: z.array(LoggedCommand).readonly().optional(),
  /** Sums over the outputs until `next`, where they are asked for. */
  digest: RangeDigest.optional(),
});
export type Meta = z.infer<typeof Meta>;

/** The bytes of `meta`. */
export function metaBytes(meta: Meta): Buffer {
  return Buffer.from(JSON.stringify(meta));
}

/** What the bytes of `meta` say. @throws ZodError where it is of another version */
export function readMeta(bytes: Uint8Array): Meta {
  return Meta.parse(JSON.parse(Buffer.from(bytes).toString()));
}

/** The last commit. */
export interface LastCommit {
  /** Undefined where nothing was committed, or nothing since a reset. */
  readonly meta: Meta | undefined;
  /** Its number; 0 where there was none. */
  readonly commit: number;
  /** The largest number that a row is stamped with. */
  readonly stamp: number;
  /** Whether it is told what its fingerprint is made of. */
  readonly hasMeaning: boolean;
}

/** The last commit, where it is not as it is wanted. */
export interface OtherCommit extends Pick<LastCommit, 'commit' | 'stamp'> {
  /** As much of it as a record holds. */
  readonly fingerprint: string;
  readonly mode: KafkaStoreSettings['mode'];
  /** What that is made of; undefined where it is not told. */
  readonly meaning: StateMeaning | undefined;
}

/** Finds the last commit among the records of a changelog. */
export class LastMeta {
  readonly #where: string;
  readonly #fingerprint: string;
  #record: StateRecord | undefined;
  #meaning: StateRecord | undefined;
  #reset = 0;
  #stamp = 0;

  readonly #mode: KafkaStoreSettings['mode'];

  /** @param where for messages: topic/partition */
  constructor(where: string, fingerprint: string, mode: KafkaStoreSettings['mode']) {
    this.#where = where;
    this.#mode = mode;
    this.#fingerprint = shortFingerprint(fingerprint);
  }

  take(record: StateRecord): void {
    this.#stamp = Math.max(this.#stamp, record.commit);
    if (record.kind === 'meta') this.#record = { ...record, bytes: record.bytes.slice() };
    if (record.kind === 'meaning') this.#meaning = { ...record, bytes: record.bytes.slice() };
    if (record.kind !== 'reset') return;
    this.#record = undefined;
    this.#reset = record.commit;
  }

  /** @throws MismatchError where it is of another fingerprint, or was written in another mode */
  end(): LastCommit {
    const record = this.#record;
    const stamp = this.#stamp;
    if (!record) return { meta: undefined, commit: this.#reset, stamp, hasMeaning: false };
    const { commit, fingerprint } = record;
    const told = this.#meaning?.fingerprint === fingerprint ? textOf(this.#meaning) : undefined;
    const parsed = Meta.safeParse(JSON.parse(textOf(record)));
    const mode = parsed.data?.generation ? 'generations' : 'rows';
    const other = { commit, stamp, fingerprint, mode, meaning: readMeaning(told) } as const;
    if (fingerprint !== this.#fingerprint) {
      throw new MismatchError(other, {
        what: 'The stored state belongs to other settings, another model or another version',
        expected: `fingerprint ${this.#fingerprint.slice(0, 12)}`,
        got: fingerprint.slice(0, 12),
        where: this.#where,
        todo: 'Start with the settings that wrote it, with store.onMismatch migrate to carry over what can be, with --fresh to begin anew, or name another topic with store.topic.',
      });
    }
    if (mode !== this.#mode) {
      throw new MismatchError(other, {
        what: 'The stored state was written in another mode',
        expected: this.#mode,
        got: mode,
        where: this.#where,
        todo: `Set store.mode to ${mode}, set store.onMismatch to migrate, begin anew with --fresh, or name another topic with store.topic.`,
      });
    }
    if (!parsed.success) throw parsed.error;
    return { meta: parsed.data, commit, stamp, hasMeaning: told !== undefined };
  }
}

/** STATE_MISMATCH, with what is there instead. */
export class MismatchError extends ForetideError {
  readonly other: OtherCommit;

  constructor(other: OtherCommit, facts: ForetideError['facts']) {
    super('STATE_MISMATCH', facts);
    this.other = other;
  }
}

function textOf({ bytes }: StateRecord): string {
  return Buffer.from(bytes).toString();
}
