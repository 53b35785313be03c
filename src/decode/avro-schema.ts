import avro from 'avsc';
import { isShallow, MOST_DEPTH } from './bounded-json.ts';
import { type RegisteredSchema, SchemaUnusable } from './registered-schema.ts';
import { shown } from './shown.ts';

/** A type of which the schema says what its values stand for. */
export class SaidType extends avro.types.LogicalType {
  /** Of a decimal: how many of its digits stand behind the point. */
  readonly scale: number;

  constructor(schema: avro.Schema, options?: unknown) {
    super(schema, options);
    const scale: unknown = Reflect.get(Object(schema), 'scale') ?? 0;
    if (typeof scale !== 'number' || !Number.isInteger(scale) || scale < 0 || scale > 100)
      throw new Error('expected a scale from 0 to 100');
    this.scale = scale;
  }
}

/** What is told apart; the values of others are what they are written as. */
const SAID = [
  'date',
  'decimal',
  'timestamp-millis',
  'timestamp-micros',
  'timestamp-nanos',
  'local-timestamp-millis',
  'local-timestamp-micros',
  'local-timestamp-nanos',
];

/**
 * The type of an Avro schema, with the types that it refers to.
 *
 * avsc makes functions of names: it takes only names of letters, digits and `_`, which its own check and a test of ours see to. What readers do
 * not need (`default`, `aliases`) is left out, so that nothing of it is looked at.
 *
 * @throws SchemaUnusable
 */
export function avroType({ text, references }: RegisteredSchema): avro.Type {
  const options = {
    registry: Object.create(null) as Record<string, avro.Type>,
    wrapUnions: 'always' as const,
    omitRecordMethods: true,
    logicalTypes: Object.fromEntries(SAID.map((name) => [name, SaidType])),
  };
  try {
    for (const reference of references) avro.Type.forSchema(schemaOf(reference.text), options);
    return avro.Type.forSchema(schemaOf(text), options);
  } catch (error) {
    if (error instanceof SchemaUnusable) throw error;
    const got = error instanceof Error ? error.message : String(error);
    throw new SchemaUnusable(`expected a schema of Avro, got ${shown(got)}`);
  }
}

const NEEDLESS = new Set(['default', 'aliases', 'doc']);

function schemaOf(text: string): avro.Schema {
  const schema: unknown = parsed(text);
  if (!isShallow(schema))
    throw new SchemaUnusable(`expected a schema of at most ${MOST_DEPTH} levels, got more`);
  return schema as avro.Schema;
}

function parsed(text: string): unknown {
  const without = (key: string, value: unknown): unknown => {
    if (key === 'name' && typeof value === 'string' && value.split('.').includes('__proto__'))
      throw new SchemaUnusable('expected names that objects may have, got __proto__');
    return NEEDLESS.has(key) ? undefined : value;
  };
  try {
    return JSON.parse(text, without);
  } catch (error) {
    // a schema may also be the bare name of a type
    if (error instanceof SyntaxError && /^[\w.]+$/.test(text)) return text;
    throw error;
  }
}
