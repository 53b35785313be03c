import { csvDecoder } from './csv.ts';
import { ForetideError } from '../errors.ts';
import type { Decoder } from './decoder.ts';
import { jsonDecoder } from './json.ts';
import { lineProtocolDecoder } from './line-protocol.ts';
import type { DecodeSettings } from './settings.ts';
import { telegrafDecoder } from './telegraf.ts';

/**
 * The decoder that the settings describe, compiled once.
 *
 * @throws ForetideError SETTINGS_INVALID where a CSV lacks a column that the settings name; for Parquet, whose rows only a file has: it is
 *   decoded as the table that `parquetTable` finds.
 */
export function decoderFor(settings: DecodeSettings): Decoder {
  if (settings.format === 'json') return jsonDecoder(settings);
  if (settings.format === 'line-protocol') return lineProtocolDecoder(settings);
  if (settings.format === 'telegraf') return telegrafDecoder(settings);
  if (settings.format === 'csv') return csvDecoder(settings);
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'Records of this source are no rows of Parquet',
    expected: 'input.kind: file',
    where: 'input.decode.format',
  });
}
