import type { Decoder } from './decoder.ts';
import { FlatJson } from './flat-json.ts';
import { isJsonObject, jsonParser } from './json-text.ts';
import { channelsOf, keyFields, objectReader } from './object-reader.ts';
import { lastStep } from './last-step.ts';
import { malformed, missing } from './refusal.ts';
import type { JsonSettings } from './settings.ts';
import { valueReader } from './value-reader.ts';

/**
 * Decodes JSON: an object is one record of a sensor, an array of objects is several, of which one that cannot be used refuses all.
 *
 * 1. One named field in `values`: one reading, whose series is called as the key.
 * 2. Several, or `*`: a reading `key.field` for each number that is there; null and absent fields are skipped.
 * 3. `channels`: one reading of all the named fields; one that is null or absent was not observed (NaN), but at least one must be there.
 * 4. A value that is one of `nulls` counts as null.
 *
 * Nothing is coerced: a number in quotes, a boolean and a number too large for a float64 are refused.
 *
 * @throws ForetideError SETTINGS_INVALID where `seriesName` is not the name of a series
 * @example
 * jsonDecoder(JsonSettings.parse({ format: 'json' })); // takes {"sensor":"s7","time":1700000000000,"value":21.5}
 */
export function jsonDecoder(settings: JsonSettings): Decoder {
  const read = objectReader(settings);
  const readAny = valueReader(read);
  const isExact = settings.timeUnit === 'ns';
  const parse = jsonParser(isExact ? lastStep(settings.time) : undefined);
  const flat = isExact ? undefined : new FlatJson(keyFields(settings));
  return {
    channels: channelsOf(settings),
    decode({ value: bytes }, out) {
      if (bytes === null) return missing('value: expected JSON, got none');
      const plain = flat?.read(bytes);
      if (plain) return read(plain, out);
      const parsed = parse(bytes);
      if (parsed === undefined)
        return malformed(
          `value: expected a JSON object or an array of them, got ${bytes.length} bytes that are no JSON in UTF-8`,
        );
      if (isJsonObject(parsed)) flat?.other(parsed);
      return readAny(parsed, out);
    },
  };
}
