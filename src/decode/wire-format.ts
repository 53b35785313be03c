import type { Refusal } from './decoder.ts';
import { malformed } from './refusal.ts';

/** Bytes before the payload: a zero and the schema's id. */
export const HEADER = 5;

const MAGIC = 0;

/**
 * The id of the schema that a record was written by, in [0, 2^32).
 *
 * @see https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
 */
export function schemaId(bytes: Uint8Array): number | Refusal {
  if (bytes.length < HEADER)
    return malformed(`value: expected a zero and the id of a schema, got ${bytes.length} bytes`);
  if (bytes[0] !== MAGIC)
    return malformed(
      `value: expected a zero before the id of a schema, got 0x${bytes[0]!.toString(16).padStart(2, '0')}`,
    );
  return ((bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!) >>> 0;
}
