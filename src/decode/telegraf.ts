import type { Decoder, Refusal } from './decoder.ts';
import { isJsonObject, jsonParser } from './json-text.ts';
import type { JsonObject } from './json-text.ts';
import { nullTest } from './nulls.ts';
import { seriesFault, timeFault } from './readings.ts';
import type { Readings } from './readings.ts';
import { at, invalid, malformed, missing, unusable } from './refusal.ts';
import { seriesKey } from './series-key.ts';
import type { TelegrafSettings } from './settings.ts';
import { shown } from './shown.ts';
import { expectedTime, timeOfValue } from './time.ts';

/**
 * Decodes the JSON that Telegraf writes: one metric `{"name":…,"tags":{…},"fields":{…},"timestamp":…}`, or a batch `{"metrics":[…]}`,
 * of which one metric that cannot be used refuses all.
 *
 * Each numeric field is a reading of the series `name,tag=value,….field`, called exactly as the line-protocol decoder calls it; text
 * and boolean fields, and numbers that are one of `nulls`, are skipped.
 *
 * @see https://docs.influxdata.com/telegraf/v1/data_formats/output/json/
 */
export function telegrafDecoder({ timeUnit, nulls }: TelegrafSettings): Decoder {
  const isNull = nullTest(nulls);
  const parse = jsonParser(timeUnit === 'ns' ? 'timestamp' : undefined);
  const toTime = timeOfValue(timeUnit);

  function metric(record: JsonObject, out: Readings): Refusal | undefined {
    const key = keyOf(record);
    if (typeof key !== 'string') return key;
    const written = record['timestamp'];
    const time = toTime(written);
    if (!Number.isFinite(time)) return unusable('timestamp', expectedTime(timeUnit), written);
    const fault = timeFault(time);
    if (fault !== undefined) return invalid(`timestamp: ${fault}`);
    return addFields(record['fields'], key, time, out, isNull);
  }

  function batch(metrics: readonly unknown[], out: Readings): Refusal | undefined {
    for (const [i, each] of metrics.entries()) {
      if (!isJsonObject(each)) return malformed(`metrics[${i}]: expected a metric, got ${shown(each)}`);
      const refusal = metric(each, out);
      if (refusal !== undefined) return at(`metrics[${i}].`, refusal);
    }
    return metrics.length === 0 ? missing('metrics: expected some, got none') : undefined;
  }

  return {
    channels: [''],
    decode({ value: bytes }, out) {
      if (bytes === null) return missing('value: expected JSON, got none');
      const parsed = parse(bytes);
      if (!isJsonObject(parsed)) {
        const got = parsed === undefined ? `${bytes.length} bytes that are no JSON in UTF-8` : shown(parsed);
        return malformed(`value: expected a metric of Telegraf, got ${got}`);
      }
      const metrics = parsed['metrics'];
      if (metrics === undefined) return metric(parsed, out);
      if (Array.isArray(metrics)) return batch(metrics, out);
      return malformed(`metrics: expected an array, got ${shown(metrics)}`);
    },
  };
}

function keyOf(record: JsonObject): string | Refusal {
  const name = record['name'];
  if (typeof name !== 'string' || name === '') return unusable('name', 'a name', name);
  const tags = record['tags'];
  if (tags === undefined || tags === null) return seriesKey(name, []);
  if (!isJsonObject(tags)) return unusable('tags', 'an object', tags);
  const pairs: [string, string][] = [];
  for (const [tag, value] of Object.entries(tags)) {
    if (typeof value !== 'string' || tag === '')
      return invalid(`tags[${shown(tag)}]: expected text, got ${shown(value)}`);
    pairs.push([tag, value]);
  }
  return seriesKey(name, pairs);
}

function addFields(
  fields: unknown,
  key: string,
  time: number,
  out: Readings,
  isNull: (value: unknown) => boolean,
): Refusal | undefined {
  if (!isJsonObject(fields)) return unusable('fields', 'an object', fields);
  const before = out.length;
  for (const [name, field] of Object.entries(fields)) {
    if (typeof field === 'string' || typeof field === 'boolean' || field === null) continue;
    // A bigint is a field that is called `timestamp`, too, where that is read in nanoseconds.
    const value = typeof field === 'bigint' ? Number(field) : field;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return invalid(`fields[${shown(name)}]: expected a finite number, got ${shown(value)}`);
    }
    if (isNull(value)) continue;
    const series = `${key}.${name}`;
    const fault = seriesFault(series);
    if (fault !== undefined) return invalid(`${shown(series)}: ${fault}`);
    out.add(series, time, value);
  }
  return out.length > before ? undefined : missing('fields: expected at least one number, got none');
}
