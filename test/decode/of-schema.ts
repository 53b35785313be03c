import { createHash } from 'node:crypto';
import type { Refusal } from '../../src/decode/decoder.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { isRefusal } from '../../src/decode/refusal.ts';
import { Readings } from '../../src/decode/readings.ts';
import type { PayloadReader, RegisteredSchema, SchemaReference } from '../../src/decode/registered-schema.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';
import { type Reading, record } from './decoded.ts';
import type { RegistryStub } from './registry-stub.ts';

/** A schema as if it had come from a registry. */
export function schemaOf(
  type: string,
  schema: unknown,
  references: readonly SchemaReference[] = [],
): RegisteredSchema {
  const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
  return { id: 7, type, text, references, sha256: createHash('sha256').update(text).digest('hex') };
}

/** The value of a payload; what refuses it otherwise. */
export function valueOf(read: PayloadReader, payload: Uint8Array): unknown {
  const result = read(payload);
  return isRefusal(result) ? result : result.value;
}

/** What records are decoded into by the schemas of a stub, each its readings, or why there are none. */
export async function decodedBy(
  stub: RegistryStub,
  settings: object,
  values: readonly (Uint8Array | null)[],
): Promise<readonly (readonly Reading[] | Refusal)[]> {
  const parsed = DecodeSettings.parse({ registry: { url: stub.url }, ...settings });
  const decoder = decoderFor(parsed);
  const records = values.map((value) => record(value));
  await decoder.prepare?.(records, new AbortController().signal);
  return records.map((each) => {
    const readings = new Readings(decoder.channels.length);
    const refusal = decoder.decode(each, readings);
    const { series, time, value, channels } = readings;
    return (
      refusal ??
      series.map((name, i): Reading => [name, time[i]!, ...value.slice(i * channels, (i + 1) * channels)])
    );
  });
}
