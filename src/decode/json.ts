import type { Decoder, Refusal } from './decoder.ts';
import { fieldReader } from './field.ts';
import { FlatJson } from './flat-json.ts';
import { joinedSeries } from './joined-series.ts';
import { isJsonObject, jsonParser } from './json-text.ts';
import type { JsonObject } from './json-text.ts';
import { nullTest } from './nulls.ts';
import { seriesFault, timeFault } from './readings.ts';
import { mustBeSeriesName } from './series-name.ts';
import type { Readings } from './readings.ts';
import { at, invalid, malformed, missing, unusable } from './refusal.ts';
import type { JsonSettings } from './settings.ts';
import { shown } from './shown.ts';
import { expectedTime, timeOfValue } from './time.ts';

/** Adds what one object holds to `out`, or says why it cannot. */
type ObjectReader = (record: JsonObject, out: Readings) => Refusal | undefined;
/** What was observed, where that is a number; null and undefined where nothing was. */
type Observed = (field: unknown) => unknown;
/** Adds the numbers of one object whose series and time are known. */
type ValuesReader = (record: JsonObject, key: string, time: number, out: Readings) => Refusal | undefined;

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
  const isExact = settings.timeUnit === 'ns';
  const parse = jsonParser(isExact ? lastStep(settings.time) : undefined);
  const flat = isExact ? undefined : new FlatJson(keyFields(settings));
  return {
    channels: settings.channels && settings.values !== '*' ? settings.values : [''],
    decode({ value: bytes }, out) {
      if (bytes === null) return missing('value: expected JSON, got none');
      const plain = flat?.read(bytes);
      if (plain) return read(plain, out);
      const parsed = parse(bytes);
      if (isJsonObject(parsed)) {
        flat?.other(parsed);
        return read(parsed, out);
      }
      if (Array.isArray(parsed)) return readAll(parsed, read, out);
      const got = parsed === undefined ? `${bytes.length} bytes that are no JSON in UTF-8` : shown(parsed);
      return malformed(`value: expected a JSON object or an array of them, got ${got}`);
    },
  };
}

function readAll(elements: readonly unknown[], read: ObjectReader, out: Readings): Refusal | undefined {
  for (const [i, element] of elements.entries()) {
    if (!isJsonObject(element)) return malformed(`[${i}]: expected an object, got ${shown(element)}`);
    const refusal = read(element, out);
    if (refusal !== undefined) return at(`[${i}].`, refusal);
  }
  return elements.length === 0 ? missing('value: expected objects, got an empty array') : undefined;
}

function objectReader(settings: JsonSettings): ObjectReader {
  const readSeries = seriesReader(settings);
  const readValues = valuesReader(settings);
  const timeField = fieldReader(settings.time);
  const toTime = timeOfValue(settings.timeUnit);
  return (record, out) => {
    const key = readSeries(record);
    if (typeof key !== 'string') return key;
    const written = timeField(record);
    const time = toTime(written);
    const fault = timeFault(time);
    if (fault === undefined) return readValues(record, key, time, out);
    if (Number.isFinite(time)) return invalid(`${settings.time}: ${fault}`);
    return unusable(settings.time, expectedTime(settings.timeUnit), written);
  };
}

/** The fields that name the series. */
function keyFields({ series, seriesName }: Pick<JsonSettings, 'series' | 'seriesName'>): readonly string[] {
  return seriesName === undefined ? [series].flat() : [];
}

function seriesReader(settings: JsonSettings): (record: JsonObject) => string | Refusal {
  const { seriesName } = settings;
  if (seriesName !== undefined) {
    mustBeSeriesName(seriesName);
    return () => seriesName;
  }
  const names = keyFields(settings);
  const parts = names.map((name) => keyReader(name));
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const join = joinedSeries(names);
  return (record) => {
    const values: string[] = [];
    for (const part of parts) {
      const value = part(record);
      if (typeof value !== 'string') return value;
      values.push(value);
    }
    return join(values);
  };
}

/** A series' name is text, or an integer, which stands for its digits. */
function keyReader(name: string): (record: JsonObject) => string | Refusal {
  const field = fieldReader(name);
  return (record) => {
    const value = field(record);
    if (typeof value === 'string') {
      const fault = seriesFault(value);
      return fault === undefined ? value : invalid(`${name}: ${fault}`);
    }
    return Number.isSafeInteger(value) ? String(value) : unusable(name, 'the name of a series', value);
  };
}

function valuesReader(settings: JsonSettings): ValuesReader {
  const { values, channels, time, nulls } = settings;
  const isNull = nullTest(nulls);
  const observed: Observed = (field) => {
    const value = numberOf(field);
    return isNull(value) ? null : value;
  };
  if (values === '*') return everyNumber(new Set([time, ...keyFields(settings)]), observed);
  if (channels) return allChannels(values, observed);
  const [only] = values;
  return only !== undefined && values.length === 1
    ? oneNumber(only, observed)
    : severalNumbers(values, observed);
}

function oneNumber(name: string, observed: Observed): ValuesReader {
  const field = fieldReader(name);
  return (record, key, time, out) => {
    const value = observed(field(record));
    if (!isFiniteNumber(value)) return unusable(name, 'a finite number', value);
    out.add(key, time, value);
    return undefined;
  };
}

function severalNumbers(names: readonly string[], observed: Observed): ValuesReader {
  const fields = names.map((name) => ({ name, field: fieldReader(name) }));
  return (record, key, time, out) => {
    const before = out.length;
    for (const { name, field } of fields) {
      const value = observed(field(record));
      if (value === undefined || value === null) continue;
      const refusal = addNumber(name, value, key, time, out);
      if (refusal !== undefined) return refusal;
    }
    return out.length > before ? undefined : nothingOf(names);
  };
}

function everyNumber(but: ReadonlySet<string>, observed: Observed): ValuesReader {
  return (record, key, time, out) => {
    const before = out.length;
    for (const name of Object.keys(record)) {
      const value = observed(record[name]);
      if (typeof value !== 'number' || but.has(name)) continue;
      const refusal = addNumber(name, value, key, time, out);
      if (refusal !== undefined) return refusal;
    }
    return out.length > before ? undefined : missing('value: expected a numeric field, got none');
  };
}

function allChannels(names: readonly string[], observed: Observed): ValuesReader {
  const fields = names.map((name) => ({ name, field: fieldReader(name) }));
  return (record, key, time, out) => {
    const values: number[] = [];
    for (const { name, field } of fields) {
      const value = observed(field(record));
      if (value === undefined || value === null) values.push(NaN);
      else if (isFiniteNumber(value)) values.push(value);
      else return unusable(name, 'a finite number', value);
    }
    if (values.every((value) => Number.isNaN(value))) return nothingOf(names);
    out.addAll(key, time, values);
    return undefined;
  };
}

function nothingOf(names: readonly string[]): Refusal {
  return missing(`${names.join(', ')}: expected at least one number, got none`);
}

function addNumber(
  name: string,
  value: unknown,
  key: string,
  time: number,
  out: Readings,
): Refusal | undefined {
  if (!isFiniteNumber(value)) return unusable(shown(name), 'a finite number', value);
  const series = `${key}.${name}`;
  const fault = seriesFault(series);
  if (fault !== undefined) return invalid(`${shown(series)}: ${fault}`);
  out.add(series, time, value);
  return undefined;
}

/** Only a field called as the time, where that is read in nanoseconds, can be a bigint; as an observation it is a number. */
function numberOf(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function lastStep(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
