import type { Decoder } from './decoder.ts';
import { channelsOf, type FieldSettings, objectReader } from './object-reader.ts';
import { isRefusal, missing } from './refusal.ts';
import type { Schemas } from './schemas.ts';
import { valueReader } from './value-reader.ts';
import { schemaId } from './wire-format.ts';

/**
 * Decodes records that name the schema they were written by: a zero, the schema's id in four bytes (big-endian), and the payload. What it holds
 * is read as an object of JSON is.
 *
 * A record whose schema the registry does not know, or cannot be read by, is refused as `invalid`; one that is not what its schema says as
 * `malformed` (Avro, Protobuf) or `invalid` (JSON Schema).
 */
export function registeredDecoder(settings: FieldSettings, schemas: Schemas): Decoder {
  const read = valueReader(objectReader(settings));
  return {
    channels: channelsOf(settings),
    decode({ value: bytes }, out) {
      if (bytes === null) return missing('value: expected a record of a schema, got none');
      const id = schemaId(bytes);
      if (typeof id !== 'number') return id;
      const payload = schemas.payload(id, bytes);
      return isRefusal(payload) ? payload : read(payload.value, out);
    },
    prepare: (records, stop) => schemas.prepare(records, stop),
    check: () => schemas.check(),
  };
}
