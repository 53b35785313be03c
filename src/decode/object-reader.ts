import type { Refusal } from './decoder.ts';
import { fieldReader } from './field.ts';
import { joinedSeries } from './joined-series.ts';
import type { JsonObject } from './json-text.ts';
import { nullTest } from './nulls.ts';
import { seriesFault, timeFault } from './readings.ts';
import type { Readings } from './readings.ts';
import { invalid, missing, unusable } from './refusal.ts';
import type { JsonSettings } from './settings.ts';
import { mustBeSeriesName } from './series-name.ts';
import { shown } from './shown.ts';
import { expectedTime, timeOfValue } from './time.ts';

/** Which fields of an object are read, and how. */
export type FieldSettings = Pick<
  JsonSettings,
  'series' | 'seriesName' | 'time' | 'timeUnit' | 'values' | 'channels' | 'nulls'
>;

/** Adds what one object holds to `out`, or says why it cannot. */
export type ObjectReader = (record: JsonObject, out: Readings) => Refusal | undefined;
/** What was observed, where that is a number; null and undefined where nothing was. */
type Observed = (field: unknown) => unknown;
/** Adds the numbers of one object whose series and time are known. */
type ValuesReader = (record: JsonObject, key: string, time: number, out: Readings) => Refusal | undefined;

/** Names of the channels of every series; `['']` for series of one number. */
export function channelsOf({ channels, values }: FieldSettings): readonly string[] {
  return channels && values !== '*' ? values : [''];
}

/** The fields that name the series. */
export function keyFields({
  series,
  seriesName,
}: Pick<FieldSettings, 'series' | 'seriesName'>): readonly string[] {
  return seriesName === undefined ? [series].flat() : [];
}

/**
 * A function that gets series, time and values out of an object, wherever it was decoded from.
 *
 * Nothing is coerced. A whole number that a float64 cannot hold may come as a bigint: as a time it is exact, as an observation rounded.
 *
 * @throws ForetideError SETTINGS_INVALID where `seriesName` is not the name of a series
 */
export function objectReader(settings: FieldSettings): ObjectReader {
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

function seriesReader(settings: FieldSettings): (record: JsonObject) => string | Refusal {
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
    const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
    return isWhole ? String(value) : unusable(name, 'the name of a series', value);
  };
}

function valuesReader(settings: FieldSettings): ValuesReader {
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

/** What is a bigint has more digits than a float64; as an observation it is a number. */
function numberOf(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
