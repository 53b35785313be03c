import { ForetideError } from '../errors.ts';
import { interruptible } from '../interruptible.ts';
import type { Log } from '../log.ts';
import type { SourceRecord } from '../source/source.ts';
import type { Refusal } from './decoder.ts';
import { invalid } from './refusal.ts';
import {
  type PayloadReader,
  type RegisteredSchema,
  type SchemaType,
  SchemaUnusable,
} from './registered-schema.ts';
import type { Registry } from './registry.ts';
import { HEADER, schemaId } from './wire-format.ts';

/** Most characters of all schemas of a run together. */
const MOST_TEXT = 64 << 20;

export interface SchemasParts {
  readonly registry: Registry;
  readonly type: SchemaType;
  /** May first load what compiles schemas. @throws SchemaUnusable */
  readonly compile: (schema: RegisteredSchema) => PayloadReader | Promise<PayloadReader>;
  /** SHA-256 that schemas must have, by their ids. */
  readonly pins: Readonly<Record<string, string>>;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/** How a schema that the registry has is read by; one that is unusable refuses every record. */
interface Known {
  readonly sha256: string | undefined;
  readonly read: PayloadReader;
}

/**
 * The schemas that records of a run were written by, each fetched and compiled once.
 *
 * 1. What a record becomes depends on its bytes and on the schema of its id, which a registry never changes. Ids that it does not know are asked
 *    for again with every batch that names them, for they may yet be registered.
 * 2. A schema that is not what it was is refused: by its pin, and, when the registry was away and is back, against what it was before. The
 *    log tells each id's SHA-256.
 * 3. A question that is under way is not asked twice, whichever partitions wait for it.
 *
 * @throws ForetideError from `prepare`: SCHEMA_CHANGED; SCHEMA_LIMIT where the schemas together are of more than 64 MiB; what `Registry` throws
 */
export class Schemas {
  readonly #parts: SchemasParts;
  readonly #known = new Map<number, Known>();
  readonly #asking = new Map<number, { readonly answer: Promise<void>; readonly stop: AbortSignal }>();
  #length = 0;
  /** Failures of the registry after which what is known was looked at again. */
  #failures = 0;
  #isPrepared = false;

  constructor(parts: SchemasParts) {
    this.#parts = parts;
  }

  /** Sees to it that the schemas of these records are there, as far as the registry has them. */
  async prepare(records: readonly SourceRecord[], stop: AbortSignal): Promise<void> {
    this.#isPrepared = true;
    const missing = new Set<number>();
    for (const { value } of records) {
      const id = value === null ? undefined : schemaId(value);
      if (typeof id === 'number' && !this.#known.has(id)) missing.add(id);
    }
    for (const id of missing) await this.#fetched(id, stop);
    if (missing.size > 0) await this.#lookAgain(stop);
  }

  /**
   * The value of a record's payload by the schema with this id.
   *
   * @throws Error where `prepare` was never called: no record could be decoded then
   */
  payload(id: number, bytes: Uint8Array): { readonly value: unknown } | Refusal {
    const known = this.#known.get(id);
    if (known) return known.read(bytes.subarray(HEADER));
    if (!this.#isPrepared) throw new Error('Records were decoded before their schemas were asked for');
    return invalid(`value: expected a schema that ${this.#parts.registry.url} knows, got id ${id}`);
  }

  /** Reaches the registry, and fetches what is pinned. */
  async check(): Promise<readonly string[]> {
    const { registry, pins } = this.#parts;
    const lines = [await registry.check()];
    for (const id of Object.keys(pins).map(Number)) {
      await this.#fetched(id, new AbortController().signal);
      lines.push(
        `schema ${id} is ${this.#known.has(id) ? 'as pinned' : 'pinned, and the registry does not know it'}`,
      );
    }
    return lines;
  }

  /** Waits for whoever asks already; asks where nobody does, or who did was stopped. */
  async #fetched(id: number, stop: AbortSignal): Promise<void> {
    while (!this.#known.has(id)) {
      const under = this.#asking.get(id);
      if (!under) return this.#fetch(id, stop);
      try {
        return await interruptible(under.answer, stop);
      } catch (error) {
        stop.throwIfAborted();
        if (!under.stop.aborted) throw error;
      }
    }
  }

  #fetch(id: number, stop: AbortSignal): Promise<void> {
    const answer = this.#take(id, stop).finally(() => this.#asking.delete(id));
    this.#asking.set(id, { answer, stop });
    return answer;
  }

  async #take(id: number, stop: AbortSignal): Promise<void> {
    const { registry, log } = this.#parts;
    try {
      const schema = await registry.schema(id, stop);
      if (!schema) return;
      const { sha256, type, text, references } = schema;
      this.#mustBe(id, this.#parts.pins[id], sha256);
      this.#length += references.reduce((length, reference) => length + reference.text.length, text.length);
      if (this.#length > MOST_TEXT) throw this.#tooMany();
      log.info({ id, type, sha256, references: references.map(({ name }) => name) }, 'schema read');
      const read = await this.#reader(schema);
      this.#known.set(id, { sha256, read });
    } catch (error) {
      if (!(error instanceof SchemaUnusable)) throw error;
      this.#known.set(id, { sha256: undefined, read: this.#refusing(id, error) });
    }
  }

  /** A schema that cannot be used is one, too: what it is must not change either. */
  async #reader(schema: RegisteredSchema): Promise<PayloadReader> {
    const { type, compile } = this.#parts;
    try {
      if (schema.type !== type) throw new SchemaUnusable(`expected one of ${type}, got ${schema.type}`);
      return await compile(schema);
    } catch (error) {
      if (error instanceof SchemaUnusable) return this.#refusing(schema.id, error);
      throw error;
    }
  }

  #refusing(id: number, error: SchemaUnusable): PayloadReader {
    this.#parts.log.warn({ id, error: error.message }, 'no record can be read by this schema');
    const refusal = invalid(`schema ${id}: ${error.message}`);
    return () => refusal;
  }

  /** Whether a registry that was away still has what it had. */
  async #lookAgain(stop: AbortSignal): Promise<void> {
    const { registry } = this.#parts;
    while (this.#failures !== registry.failures) {
      const { failures } = registry;
      for (const [id, { sha256 }] of this.#known) {
        if (sha256 === undefined) continue;
        const schema = await registry.schema(id, stop);
        if (schema) this.#mustBe(id, sha256, schema.sha256);
      }
      this.#failures = failures;
    }
  }

  #mustBe(id: number, expected: string | undefined, got: string): void {
    if (expected === undefined || expected === got) return;
    throw new ForetideError('SCHEMA_CHANGED', {
      what: `Schema ${id} is another one than it was`,
      expected: `SHA-256 ${expected}`,
      got,
      where: this.#parts.registry.url,
      todo: 'Ids never change their schemas: is it the same registry, or was it set up anew? Restore it; or, if it is right, change input.decode.registry.pins and begin with state of its own.',
    });
  }

  #tooMany(): ForetideError {
    return new ForetideError('SCHEMA_LIMIT', {
      what: 'The records are written by too many schemas',
      expected: `at most ${MOST_TEXT} characters of schemas`,
      got: `${this.#length}`,
      where: this.#parts.registry.url,
      todo: 'Let producers use registered schemas, in place of registering one for each of them.',
    });
  }
}
