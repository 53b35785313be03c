import { csvDecoder } from './csv.ts';
import type { Decoder } from './decoder.ts';
import { jsonDecoder } from './json.ts';
import { lineProtocolDecoder } from './line-protocol.ts';
import type { DecodeSettings } from './settings.ts';
import { telegrafDecoder } from './telegraf.ts';

/**
 * The decoder that the settings describe, compiled once.
 *
 * @throws ForetideError SETTINGS_INVALID where a CSV lacks a column that the settings name.
 */
export function decoderFor(settings: DecodeSettings): Decoder {
  if (settings.format === 'json') return jsonDecoder(settings);
  if (settings.format === 'line-protocol') return lineProtocolDecoder(settings);
  if (settings.format === 'telegraf') return telegrafDecoder(settings);
  return csvDecoder(settings);
}
