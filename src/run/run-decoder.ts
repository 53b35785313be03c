import type { RunSettings } from '../config/run-settings.ts';
import type { Decoder } from '../decode/decoder.ts';
import { decoderFor } from '../decode/decoders.ts';
import { joinedDecoder } from '../decode/joined-decoder.ts';
import { selectedDecoder } from '../decode/selected-decoder.ts';
import type { DecodeSettings } from '../decode/settings.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { PreparedSource } from '../source/prepared.ts';
import { SelectedSource } from '../source/selected.ts';
import type { Source } from '../source/source.ts';
import { joinOf } from './join-of.ts';
import { decodedSelection } from './selection.ts';

/**
 * The decoder of a run: of its records, put together to series where the pipeline joins, without what is not selected. The names of a
 * selection are those of the series as the run has them.
 *
 * @param decode with the columns that were found in the files
 * @param log is told what a service says that decoding needs
 * @throws ForetideError SETTINGS_INVALID
 */
export function runDecoder(
  settings: RunSettings,
  decode: DecodeSettings = settings.input.decode,
  log?: Log,
): Decoder {
  const { input } = settings;
  if ('registry' in decode && input.kind !== 'kafka') throw notOfKafka(decode.format, input.kind);
  const parts = decoderFor(decode, log);
  const join = joinOf(settings);
  const joined = join ? joinedDecoder(parts, join) : parts;
  const selection = decodedSelection(input);
  const decoder = selection ? selectedDecoder(joined, selection) : joined;
  const { prepare, check } = parts;
  return prepare && check ? { ...decoder, prepare, check } : decoder;
}

/** The source as a run needs it: once what decoding needs is there, and without the records of which its settings want nothing. */
export function selectedSource(
  source: Source,
  { input }: Pick<RunSettings, 'input'>,
  decoder: Decoder,
): Source {
  const prepared = preparedSource(source, decoder);
  return decodedSelection(input) ? new SelectedSource(prepared, decoder) : prepared;
}

/** The source, whose batches wait for what decoding them needs. */
export function preparedSource(source: Source, { prepare }: Pick<Decoder, 'prepare'>): Source {
  return prepare ? new PreparedSource(source, prepare) : source;
}

function notOfKafka(format: string, kind: string): ForetideError {
  return new ForetideError('SETTINGS_INVALID', {
    what: `Records of the format ${format} have no lines that a file could be split by, nor are they in an archive`,
    expected: 'input.kind: kafka',
    got: `input.kind: ${kind}`,
    where: 'input.decode.format',
  });
}
