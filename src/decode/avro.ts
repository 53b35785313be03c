import avro from 'avsc';
import { AvroBytes } from './avro-bytes.ts';
import { avroType, SaidType } from './avro-schema.ts';
import { malformed } from './refusal.ts';
import type { PayloadReader, RegisteredSchema } from './registered-schema.ts';
import { SchemaUnusable } from './registered-schema.ts';
import { Timestamp } from './timestamp.ts';
import { Unreadable } from './unreadable.ts';

const { types } = avro;

const DAY = 86_400_000;
/** Longest unscaled value of a decimal, bytes. */
const LONGEST_DECIMAL = 64;

type Read = (bytes: AvroBytes) => unknown;

/**
 * A function that reads what Avro wrote by a schema, as values of JSON: a record is an object, a union the value that is there.
 *
 * 1. A long that a float64 does not hold is a bigint. `timestamp-…`, `local-timestamp-…` (taken as UTC) and `date` are a `Timestamp`; a
 *    `decimal` is the nearest number; bytes and fixed are bytes. Other logical types are what they are written as.
 * 2. The writer's schema alone counts: there are no defaults, aliases or promotions of a reader's.
 * 3. Bytes that do not end with the value are refused, and so are elements without end and records that are nested without end.
 *
 * The schema is avsc's to understand; the bytes are ours to read. avsc reads on behind their end, where five bytes that claim a map of 2^28
 * entries keep it busy for seconds and nine claim 2^32 times as many, and it rounds longs.
 *
 * What is trusted of a schema: nothing but that it means what it says. It may be of any text.
 *
 * @throws SchemaUnusable
 */
export function avroReader(schema: RegisteredSchema): PayloadReader {
  const read = new Readers().of(avroType(schema));
  return (payload) => {
    const bytes = new AvroBytes(payload);
    try {
      const value = read(bytes);
      if (bytes.rest === 0) return { value };
      return malformed(`value: expected the end of what Avro wrote, got ${bytes.rest} more bytes`);
    } catch (error) {
      if (error instanceof Unreadable) return malformed(`value: ${error.message}`);
      throw error;
    }
  };
}

/** What reads each type; a record may hold itself. */
class Readers {
  readonly #made = new Map<avro.Type, Read>();

  of(type: avro.Type): Read {
    const made = this.#made.get(type);
    if (made) return made;
    // one that is met again while it is being made
    this.#made.set(type, (bytes) => this.#made.get(type)!(bytes));
    const read = this.#make(type);
    this.#made.set(type, read);
    return read;
  }

  #make(type: avro.Type): Read {
    if (type instanceof SaidType) return this.#said(type);
    if (type instanceof types.RecordType) return this.#record(type);
    if (type instanceof types.WrappedUnionType) return this.#union(type);
    if (type instanceof types.ArrayType) return this.#array(this.of(type.itemsType));
    if (type instanceof types.MapType) return this.#map(this.of(type.valuesType as avro.Type));
    if (type instanceof types.EnumType) {
      const { symbols } = type;
      return (bytes) => symbols[bytes.index(symbols.length)];
    }
    if (type instanceof types.FixedType) {
      const { size } = type;
      return (bytes) => bytes.fixed(size);
    }
    const read = PLAIN[type.typeName];
    if (read) return read;
    throw new SchemaUnusable(`expected a type of Avro, got ${type.typeName}`);
  }

  #record({ fields }: avro.types.RecordType): Read {
    const reads = fields.map(({ name, type }) => ({ name, read: this.of(type) }));
    return (bytes) =>
      bytes.inside(() => {
        const record: Record<string, unknown> = {};
        for (const { name, read } of reads) record[name] = read(bytes);
        return record;
      });
  }

  #union({ types: branches }: avro.types.WrappedUnionType): Read {
    const reads = branches.map((branch) => this.of(branch));
    return (bytes) => reads[bytes.index(reads.length)]!(bytes);
  }

  #array(item: Read): Read {
    return (bytes) => {
      const items: unknown[] = [];
      bytes.blocks(() => items.push(item(bytes)));
      return items;
    };
  }

  #map(value: Read): Read {
    return (bytes) => {
      // its keys are data
      const entries = Object.create(null) as Record<string, unknown>;
      bytes.blocks(() => {
        const key = bytes.string();
        entries[key] = value(bytes);
      });
      return entries;
    };
  }

  #said(type: SaidType): Read {
    const { typeName, underlyingType, scale } = type;
    const read = this.of(underlyingType);
    const isWhole = underlyingType.typeName === 'long' || underlyingType.typeName === 'int';
    if (typeName === 'logical:decimal') {
      const isBytes = underlyingType.typeName === 'bytes' || underlyingType.typeName === 'fixed';
      return isBytes ? (bytes) => decimal(read(bytes) as Uint8Array, scale) : read;
    }
    if (!isWhole) return read;
    if (typeName === 'logical:date') return (bytes) => new Timestamp(Number(read(bytes)) * DAY, 'ms');
    const unit = typeName.endsWith('millis') ? 'ms' : typeName.endsWith('micros') ? 'us' : 'ns';
    return (bytes) => new Timestamp(read(bytes) as number | bigint, unit);
  }
}

const PLAIN: Readonly<Record<string, Read>> = {
  null: () => null,
  boolean: (bytes) => bytes.boolean(),
  int: (bytes) => bytes.int(),
  long: (bytes) => bytes.long(),
  float: (bytes) => bytes.float(),
  double: (bytes) => bytes.double(),
  bytes: (bytes) => bytes.bytes(),
  string: (bytes) => bytes.string(),
};

/** The number nearest to a two's complement, the highest byte first, over 10^scale. */
function decimal(bytes: Uint8Array, scale: number): number {
  if (bytes.length > LONGEST_DECIMAL)
    throw new Unreadable(`expected a decimal of at most ${LONGEST_DECIMAL} bytes, got ${bytes.length}`);
  if (bytes.length === 0) return 0;
  const unsigned = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const unscaled = BigInt.asIntN(8 * bytes.length, unsigned);
  return Number(`${unscaled}e-${scale}`);
}
