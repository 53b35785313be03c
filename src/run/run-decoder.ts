import type { RunSettings } from '../config/run-settings.ts';
import type { Decoder } from '../decode/decoder.ts';
import { decoderFor } from '../decode/decoders.ts';
import { joinedDecoder } from '../decode/joined-decoder.ts';
import { selectedDecoder } from '../decode/selected-decoder.ts';
import type { DecodeSettings } from '../decode/settings.ts';
import { SelectedSource } from '../source/selected.ts';
import type { Source } from '../source/source.ts';
import { joinOf } from './join-of.ts';
import { decodedSelection } from './selection.ts';

/**
 * The decoder of a run: of its records, put together to series where the pipeline joins, without what is not selected. The names of a
 * selection are those of the series as the run has them.
 *
 * @param decode with the columns that were found in the files
 * @throws ForetideError SETTINGS_INVALID
 */
export function runDecoder(settings: RunSettings, decode: DecodeSettings = settings.input.decode): Decoder {
  const parts = decoderFor(decode);
  const join = joinOf(settings);
  const decoder = join ? joinedDecoder(parts, join) : parts;
  const selection = decodedSelection(settings.input);
  return selection ? selectedDecoder(decoder, selection) : decoder;
}

/** The source without the records of which its settings want nothing. */
export function selectedSource(
  source: Source,
  { input }: Pick<RunSettings, 'input'>,
  decoder: Decoder,
): Source {
  return decodedSelection(input) ? new SelectedSource(source, decoder) : source;
}
