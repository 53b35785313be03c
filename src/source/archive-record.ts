import type { JsonSettings } from '../decode/settings.ts';
import type { ArchivedReading } from './archive.ts';

/** How the records of an archive are read: what `recordBytes` writes. */
export const RECORD_DECODE = {
  format: 'json',
  series: 'series',
  values: ['value'],
} as const satisfies Partial<JsonSettings>;

/** A reading as the bytes of a record: `{"series":"boiler","time":1700000000000,"value":21.5}`. Numbers come back bit for bit. */
export function recordBytes({ series, time, value }: ArchivedReading): Uint8Array {
  const written = Object.is(value, -0) ? '-0' : JSON.stringify(value);
  return Buffer.from(`{"series":${JSON.stringify(series)},"time":${time},"value":${written}}`);
}
