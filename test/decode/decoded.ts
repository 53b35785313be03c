import { expect } from 'vitest';
import type { Refusal } from '../../src/decode/decoder.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { Readings } from '../../src/decode/readings.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';
import type { SourceRecord } from '../../src/source/source.ts';

/** [series, time, ...values] */
export type Reading = [string, number, ...number[]];

/** What a record is decoded into: its readings, or why there are none. Text stands for its bytes, an array for cells. */
export function decoded(
  settings: unknown,
  value: string | Uint8Array | null | { readonly cells: readonly string[] },
): readonly Reading[] | Refusal {
  const decoder = decoderFor(DecodeSettings.parse(settings));
  const readings = new Readings(decoder.channels.length);
  return decoder.decode(record(value), readings) ?? rowsOf(readings);
}

export function record(value: Parameters<typeof decoded>[1]): SourceRecord {
  const base = { offset: 0, key: null };
  if (value === null || value instanceof Uint8Array) return { ...base, value };
  if (typeof value === 'string') return { ...base, value: Buffer.from(value) };
  return { ...base, value: null, cells: value.cells };
}

function rowsOf({ series, time, value, channels }: Readings): Reading[] {
  return series.map((name, i) => [name, time[i]!, ...value.slice(i * channels, (i + 1) * channels)]);
}

/** For `toMatchObject`: a refusal with this reason, whose detail says what was expected. */
export function refusal(reason: string, detail = 'expected '): object {
  return { reason, detail: expect.stringContaining(detail) };
}
