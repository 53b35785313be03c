import { Ajv, type AnySchema, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { isShallow, MOST_DEPTH } from './bounded-json.ts';
import { isJsonObject, jsonParser } from './json-text.ts';
import { invalid, malformed } from './refusal.ts';
import { type PayloadReader, type RegisteredSchema, SchemaUnusable } from './registered-schema.ts';
import { shown } from './shown.ts';

const OPTIONS = {
  // what a keyword means that no draft has is for others to know
  strict: false,
  logger: false,
} as const;

/** What says by which draft a schema is meant; without it, draft-07 is. */
const DRAFTS: readonly (readonly [RegExp, () => Ajv])[] = [
  [/^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/, () => new Ajv(OPTIONS)],
  [/^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, () => new Ajv2019(OPTIONS)],
  [/^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, () => new Ajv2020(OPTIONS)],
];
const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';

/**
 * A function that parses JSON and holds it against a JSON Schema of draft-06, draft-07, 2019-09 or 2020-12, as far as ajv implements them.
 * Formats (`date-time`, …) are looked at; defaults are not put in, and nothing is coerced.
 *
 * What is trusted of a schema: that it does not mean to be slow. Its regular expressions (`pattern`), and references that fan out, are run as
 * they are. ajv makes functions of schemas, but quotes what it takes from them, and a test of ours sees to that; asynchronous schemas, which
 * validate nothing here, are refused.
 *
 * @param exact the field whose whole numbers come as bigints where a float64 cannot hold them; left out: none
 * @throws SchemaUnusable
 */
export function jsonSchemaReader(schema: RegisteredSchema, exact?: string): PayloadReader {
  const validate = validator(schema);
  const parse = jsonParser();
  const parseExactly = exact === undefined ? undefined : jsonParser(exact);
  return (payload) => {
    const value = parse(payload);
    if (value === undefined)
      return malformed(`value: expected JSON, got ${payload.length} bytes that are no JSON in UTF-8`);
    if (!isShallow(value)) return invalid(`value: expected at most ${MOST_DEPTH} levels, got more`);
    const fault = faultOf(validate, value);
    if (fault !== undefined) return invalid(fault);
    return { value: parseExactly ? parseExactly(payload) : value };
  };
}

function faultOf(validate: ValidateFunction, value: unknown): string | undefined {
  try {
    if (validate(value)) return undefined;
  } catch (error) {
    // a schema that refers to itself without end
    if (!(error instanceof RangeError)) throw error;
    return 'value: expected a schema that comes to an end, got one that does not';
  }
  const { instancePath = '', message = 'not valid' } = validate.errors?.[0] ?? {};
  const place = instancePath === '' ? 'value' : shown(instancePath);
  return `${place}: expected what the schema says, got what it says of: ${message.slice(0, 200)}`;
}

function validator({ text, references }: RegisteredSchema): ValidateFunction {
  try {
    const { schema, draft, id } = parsed(text);
    const ajv = ajvFor(draft);
    for (const { name, text: other } of references) {
      for (const address of addresses(name, id)) ajv.addSchema(parsed(other).schema, address);
    }
    return ajv.compile(schema);
  } catch (error) {
    if (error instanceof SchemaUnusable) throw error;
    const got = error instanceof Error ? error.message : String(error);
    throw new SchemaUnusable(`expected a JSON Schema, got ${shown(got)}`);
  }
}

function ajvFor(draft: string): Ajv {
  const made = DRAFTS.find(([address]) => address.test(draft))?.[1]();
  if (!made) throw new SchemaUnusable(`expected draft-06, draft-07, 2019-09 or 2020-12, got ${shown(draft)}`);
  formats.default(made);
  return made;
}

/** A reference's name, and, where that is relative, the address which it is of the schema that refers to it. */
function addresses(name: string, id: string | undefined): readonly string[] {
  if (URL.canParse(name) || id === undefined || !URL.canParse(name, id)) return [name];
  return [name, new URL(name, id).href];
}

function parsed(text: string): { schema: AnySchema; draft: string; id: string | undefined } {
  const schema: unknown = JSON.parse(text, (key, value: unknown) => {
    // ajv would give a promise in place of an answer
    if (key === '$async') throw new SchemaUnusable('expected a JSON Schema, got an asynchronous one');
    return value;
  });
  if (!isShallow(schema))
    throw new SchemaUnusable(`expected a schema of at most ${MOST_DEPTH} levels, got more`);
  if (typeof schema === 'boolean') return { schema, draft: DRAFT_07, id: undefined };
  if (!isJsonObject(schema)) throw new SchemaUnusable(`expected an object, got ${shown(schema)}`);
  const { $schema: draft = DRAFT_07, ...rest } = schema;
  if (typeof draft !== 'string') throw new SchemaUnusable(`expected a draft, got ${shown(draft)}`);
  const { $id: id } = rest;
  return { schema: rest, draft, id: typeof id === 'string' ? id : undefined };
}
