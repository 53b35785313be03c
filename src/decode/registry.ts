import { createHash } from 'node:crypto';
import pRetry from 'p-retry';
import { z } from 'zod';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Outage } from '../outage.ts';
import { readSecret } from '../secret.ts';
import { type RegisteredSchema, type SchemaReference, SchemaUnusable } from './registered-schema.ts';
import type { RegistrySettings } from './registry-settings.ts';
import { shown } from './shown.ts';

/** Most bytes of an answer, and most characters of a schema with all that it refers to. */
const MOST_ANSWER = 4 << 20;
const MOST_TEXT = 1 << 20;
const MOST_REFERENCES = 100;

/** Answers that pass by themselves: time-out, too early, too many. */
const PASSING = new Set([408, 425, 429]);
/** What the registry itself says is not there: subject, version, schema. Any other 404 is of something that is no registry. */
const NOT_THERE = new Set([40_401, 40_402, 40_403]);

const Reference = z.object({ name: z.string(), subject: z.string(), version: z.int() });
const Answer = z.object({
  schema: z.string(),
  schemaType: z.string().nullish(),
  references: z.array(Reference).nullish(),
});
const Failure = z.object({ error_code: z.int(), message: z.string().default('') });
type Answer = z.output<typeof Answer>;

/** The registry cannot be reached, or is busy: asking again may help. */
class RegistryAway extends Error {}

/**
 * Schemas by their ids, from a registry that speaks the interface of Confluent's.
 *
 * 1. While it is away or busy, a question is repeated until the signal is aborted, with growing pauses; one message says that it is away, one
 *    that it is back.
 * 2. What a schema refers to is fetched with it. More than 100 references, or 1 MiB of text together, are refused.
 * 3. No redirect is followed: it could take the credentials elsewhere.
 *
 * @throws ForetideError SECRET_MISSING, REGISTRY_UNAUTHORIZED, REGISTRY_REJECTED
 * @see https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 */
export class Registry {
  readonly #settings: RegistrySettings;
  readonly #outage: Outage;
  /** Of those of the outage: what was before the last answer. */
  #failures = 0;
  #authorization: string | undefined;

  constructor(settings: RegistrySettings, log: Pick<Log, 'info' | 'warn'>) {
    this.#settings = settings;
    this.#outage = new Outage(log, {
      away: 'The schema registry is away; records wait until it is back',
      back: 'The schema registry is back',
      facts: { url: settings.url },
    });
  }

  get url(): string {
    return this.#settings.url;
  }

  /** How often it could not be reached before it answered: where that has changed it was away, and may be another one since. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * The schema with this id; undefined where the registry has none.
   *
   * @throws SchemaUnusable where it is too large, or what it refers to is not there
   */
  async schema(id: number, stop: AbortSignal): Promise<RegisteredSchema | undefined> {
    const { subject } = this.#settings;
    const query = subject === undefined ? '' : `?subject=${encodeURIComponent(subject)}`;
    const answer = await this.#persistently(`/schemas/ids/${id}${query}`, stop);
    if (answer === undefined) return undefined;
    const { schema, schemaType, references } = this.#read(answer);
    const found = new Map<string, SchemaReference>();
    await this.#collect(references ?? [], found, stop);
    const all = [...found.values()];
    if (all.reduce((length, { text }) => length + text.length, schema.length) > MOST_TEXT)
      throw new SchemaUnusable(`expected at most ${MOST_TEXT} characters with all references, got more`);
    return { id, type: schemaType ?? 'AVRO', text: schema, references: all, sha256: digest(schema, all) };
  }

  /** Reaches it once, and says what it found. @throws ForetideError REGISTRY_UNREACHABLE, too */
  async check(): Promise<string> {
    const { url } = this.#settings;
    try {
      const types = z.array(z.string()).safeParse(await this.#ask('/schemas/types', never()));
      if (types.success) return `schema registry answers at ${url}; it knows ${types.data.join(', ')}`;
      throw this.#rejected('an answer that is none of a schema registry');
    } catch (error) {
      if (!(error instanceof RegistryAway)) throw error;
      throw new ForetideError('REGISTRY_UNREACHABLE', {
        what: 'The schema registry does not answer as it should',
        got: error.message,
        where: url,
        todo: 'Start it, or check input.decode.registry.url',
        canRetry: true,
        cause: error,
      });
    }
  }

  /** Adds what is referred to and what that refers to, one another's first. */
  async #collect(
    references: readonly z.output<typeof Reference>[],
    found: Map<string, SchemaReference>,
    stop: AbortSignal,
    under: ReadonlySet<string> = new Set(),
  ): Promise<void> {
    for (const { name, subject, version } of references) {
      if (found.has(name)) continue;
      if (under.has(name))
        throw new SchemaUnusable(`expected no circle of references, got one of ${shown(name)}`);
      // deleted versions stay what they were
      const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}?deleted=true`;
      const answer = await this.#persistently(path, stop);
      if (answer === undefined)
        throw new SchemaUnusable(
          `expected version ${version} of ${shown(subject)}, which it refers to, got none`,
        );
      const { schema, references: further } = this.#read(answer);
      await this.#collect(further ?? [], found, stop, new Set([...under, name]));
      found.set(name, { name, text: schema });
      if (found.size + under.size > MOST_REFERENCES)
        throw new SchemaUnusable(`expected at most ${MOST_REFERENCES} references, got more`);
    }
  }

  #read(answer: unknown): Answer {
    const read = Answer.safeParse(answer);
    if (read.success) return read.data;
    throw this.#rejected('an answer that holds no schema');
  }

  async #persistently(path: string, stop: AbortSignal): Promise<unknown> {
    const { first, longest } = this.#settings.retry;
    try {
      const answer = await pRetry(() => this.#ask(path, stop), {
        retries: Infinity,
        minTimeout: first,
        maxTimeout: longest,
        signal: stop,
        shouldRetry: ({ error }) => error instanceof RegistryAway,
        onFailedAttempt: ({ error }) => {
          if (error instanceof RegistryAway) this.#outage.failed({ error: error.message });
        },
      });
      this.#outage.back();
      this.#failures = this.#outage.failures;
      return answer;
    } catch (error) {
      stop.throwIfAborted();
      throw error;
    }
  }

  /** Asks once. Resolves to undefined where the registry says that there is no such thing. */
  async #ask(path: string, stop: AbortSignal): Promise<unknown> {
    const { url, timeout } = this.#settings;
    this.#authorization ??= await this.#credentials();
    const authorization = this.#authorization;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeout)]);
    let status: number;
    let text: string;
    try {
      const answer = await fetch(url.replace(/\/+$/, '') + path, {
        headers: {
          accept: 'application/vnd.schemaregistry.v1+json, application/json',
          ...(authorization !== '' && { authorization }),
        },
        redirect: 'manual',
        signal,
      });
      status = answer.status;
      text = await bounded(answer);
    } catch (cause) {
      if (cause instanceof SchemaUnusable || stop.aborted) throw cause;
      throw new RegistryAway(reason(cause, timeout), { cause });
    }
    if (status >= 200 && status < 300) {
      const answer = jsonOf(text);
      if (answer !== undefined) return answer;
      throw this.#rejected('an answer that is no JSON');
    }
    const said = Failure.safeParse(jsonOf(text));
    if (status === 404 && said.success && NOT_THERE.has(said.data.error_code)) return undefined;
    const got = `${status}${said.success ? ` ${said.data.message}` : ''}`.slice(0, 300);
    if (status >= 500 || PASSING.has(status)) throw new RegistryAway(got);
    if (status !== 401 && status !== 403) throw this.#rejected(got);
    throw new ForetideError('REGISTRY_UNAUTHORIZED', {
      what: 'The schema registry does not let us in',
      got,
      where: url,
      todo: 'Check username and password, or token, of input.decode.registry, and what they may read',
    });
  }

  /** The header's value; empty where none is to be sent. */
  async #credentials(): Promise<string> {
    const { username, password, token } = this.#settings;
    if (token) return `Bearer ${await readSecret(token)}`;
    if (username === undefined || !password) return '';
    return `Basic ${Buffer.from(`${username}:${await readSecret(password)}`).toString('base64')}`;
  }

  #rejected(got: string): ForetideError {
    return new ForetideError('REGISTRY_REJECTED', {
      what: 'What answers is no schema registry, or refuses the question',
      got,
      where: this.#settings.url,
      todo: 'Check input.decode.registry.url',
    });
  }
}

function never(): AbortSignal {
  return new AbortController().signal;
}

function digest(text: string, references: readonly SchemaReference[]): string {
  const hash = createHash('sha256').update(text);
  for (const reference of references) hash.update(`\n${reference.name}\n${reference.text}`);
  return hash.digest('hex');
}

/** The text of an answer that is not too long. */
async function bounded(answer: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body ?? []) {
    length += piece.length;
    if (length > MOST_ANSWER) throw new SchemaUnusable(`expected at most ${MOST_ANSWER} bytes, got more`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reason(cause: unknown, timeout: number): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return `no answer within ${timeout / 1000} s`;
  return cause.cause instanceof Error
    ? cause.cause.message || String(Reflect.get(cause.cause, 'code'))
    : cause.message;
}
