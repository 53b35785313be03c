import protobuf from 'protobufjs';
import type { Refusal } from './decoder.ts';
import { type Message, protobufMessages } from './protobuf-schema.ts';
import { malformed } from './refusal.ts';
import type { PayloadReader, RegisteredSchema } from './registered-schema.ts';
import { shown } from './shown.ts';
import { Timestamp } from './timestamp.ts';
import { Unreadable } from './unreadable.ts';

const { Enum, MapField, Reader, Type } = protobuf;

/** Levels of messages inside one another that a record may name its message by. */
const MOST_INDEXES = 32;
const NANOS = 1_000_000_000;
const TIMESTAMP = '.google.protobuf.Timestamp';
/** Messages that hold one value, and so may also hold none. */
const WRAPPERS = /^\.google\.protobuf\.(?:Double|Float|U?Int32|U?Int64|Bool|String|Bytes)Value$/;

/** protobufjs's form of a whole number of 64 bits. */
interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

type Convert = (value: unknown) => unknown;

/**
 * A function that reads what Protobuf wrote by a schema: the indexes of the message, a single 0 for the first, then the message, as an object
 * of values of JSON.
 *
 * 1. Fields are called as in the schema, `sensor_id` too. One without a value is 0, false, empty, as Protobuf has it, or absent where the schema
 *    can tell: messages, `optional`, `oneof`.
 * 2. A whole number of 64 bits that a float64 does not hold is a bigint. An enum is its name; `google.protobuf.Timestamp` a `Timestamp`; a
 *    wrapper (`DoubleValue`) its value. Fields that the schema does not have are passed over.
 *
 * What is trusted of a schema: nothing but that it means what it says. It may be of any text.
 *
 * @throws SchemaUnusable
 * @see https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
 */
export function protobufReader(schema: RegisteredSchema): PayloadReader {
  const messages = protobufMessages(schema);
  const converters = new Converters();
  return (payload) => {
    try {
      const reader = Reader.create(payload);
      reader.discardUnknown = true;
      const type = messageAt(messages, reader);
      if (!(type instanceof Type)) return type;
      return { value: converters.of(type)(type.decode(reader)) };
    } catch (error) {
      const got = error instanceof Error ? error.message : String(error);
      if (error instanceof Unreadable) return malformed(`value: ${got}`);
      return malformed(
        `value: expected what Protobuf writes by the schema, got bytes that are not: ${shown(got)}`,
      );
    }
  };
}

function messageAt(messages: readonly Message[], reader: protobuf.Reader): protobuf.Type | Refusal {
  const count = reader.sint32();
  const indexes = count === 0 ? [0] : [];
  if (count < 0 || count > MOST_INDEXES)
    return malformed(`value: expected at most ${MOST_INDEXES} indexes of a message, got ${count}`);
  for (let i = 0; i < count; i++) indexes.push(reader.sint32());
  let [among, found]: [readonly Message[], Message | undefined] = [messages, undefined];
  for (const index of indexes) {
    found = among[index];
    if (!found)
      return malformed(`value: expected the index of one of ${among.length} messages, got ${index}`);
    among = found.inside;
  }
  return found!.type;
}

/** What makes a plain value of each message. */
class Converters {
  readonly #made = new Map<protobuf.Type, Convert>();

  of(type: protobuf.Type): Convert {
    const made = this.#made.get(type);
    if (made) return made;
    // one that is met again while it is being made
    this.#made.set(type, (value) => this.#made.get(type)!(value));
    const convert = this.#make(type);
    this.#made.set(type, convert);
    return convert;
  }

  #make(type: protobuf.Type): Convert {
    if (type.fullName === TIMESTAMP) return timestamp;
    const fields = type.fieldsArray.map((field) => {
      const { name, repeated, resolvedType } = field;
      const isAlwaysThere =
        !repeated && !(field instanceof MapField) && !(resolvedType instanceof Type) && !field.hasPresence;
      const convert = this.#field(field);
      return { name, convert, absent: isAlwaysThere ? convert(field.typeDefault) : undefined };
    });
    if (WRAPPERS.test(type.fullName)) {
      const { convert, absent } = fields[0]!;
      return (message) => valueOf(message, 'value', convert, absent);
    }
    return (message) => {
      const record: Record<string, unknown> = {};
      for (const { name, convert, absent } of fields) {
        const value = valueOf(message, name, convert, absent);
        if (value !== undefined) record[name] = value;
      }
      return record;
    };
  }

  #field(field: protobuf.Field): Convert {
    const one = this.#one(field);
    if (field instanceof MapField) {
      const isLong = field.keyType.endsWith('64');
      const isUnsigned = /^u|^f/.test(field.keyType);
      return (entries) => {
        const map = Object.create(null) as Record<string, unknown>;
        for (const [key, value] of Object.entries(entries as object)) {
          map[isLong ? String(whole(protobuf.util.longFromHash(key, isUnsigned))) : key] = one(value);
        }
        return map;
      };
    }
    return field.repeated ? (values) => (values as unknown[]).map(one) : one;
  }

  #one({ resolvedType, type }: protobuf.Field): Convert {
    if (resolvedType instanceof Type) return this.of(resolvedType);
    if (resolvedType instanceof Enum) {
      const { valuesById } = resolvedType;
      return (value) => valuesById[value as number] ?? value;
    }
    return type.endsWith('64') ? (value) => whole(value as Long | number) : (value) => value;
  }
}

function valueOf(message: unknown, name: string, convert: Convert, absent: unknown): unknown {
  return Object.hasOwn(message as object, name) ? convert(Reflect.get(message as object, name)) : absent;
}

function whole(value: Long | number): number | bigint {
  if (typeof value === 'number') return value;
  const { low, high, unsigned } = value;
  const upper = unsigned ? high >>> 0 : high;
  const near = upper * 2 ** 32 + (low >>> 0);
  return Number.isSafeInteger(near) ? near : (BigInt(upper) << 32n) | BigInt(low >>> 0);
}

function timestamp(message: unknown): Timestamp {
  const { seconds, nanos } = message as { readonly seconds: Long | number; readonly nanos: number };
  if (nanos < 0 || nanos >= NANOS)
    throw new Unreadable(`expected a timestamp of 0 to 999999999 nanoseconds, got ${nanos}`);
  return new Timestamp(BigInt(whole(seconds)) * BigInt(NANOS) + BigInt(nanos), 'ns');
}
