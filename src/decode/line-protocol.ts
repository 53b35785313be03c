import type { Decoder, Refusal } from './decoder.ts';
import { parseLines } from './line-parser.ts';
import type { Line } from './line-parser.ts';
import { nullTest } from './nulls.ts';
import { seriesFault, timeFault } from './readings.ts';
import type { Readings } from './readings.ts';
import { at, invalid, isRefusal, malformed, missing } from './refusal.ts';
import { seriesKey } from './series-key.ts';
import type { LineProtocolSettings } from './settings.ts';
import { shown } from './shown.ts';
import { textOf } from './text.ts';
import { timeOfText } from './time.ts';

/**
 * Decodes InfluxDB line protocol. A record may hold several lines; one that cannot be used refuses all of them.
 *
 * Each numeric field is a reading of the series `measurement,tag=value,….field`, tags sorted by their keys; text and boolean fields, and
 * numbers that are one of `nulls`, are skipped. A line without a timestamp is refused: a stage knows no other time than the data's.
 */
export function lineProtocolDecoder({ timeUnit, nulls }: LineProtocolSettings): Decoder {
  const isNull = nullTest(nulls);
  const toTime = timeOfText(timeUnit);

  function add(line: Line, out: Readings): Refusal | undefined {
    if (line.time === undefined) return missing('timestamp: expected one, got none');
    const time = toTime(line.time);
    const badTime = timeFault(time);
    if (badTime !== undefined) return invalid(`timestamp: ${badTime}`);
    const key = seriesKey(line.measurement, line.tags);
    for (const [field, value] of line.fields) {
      if (typeof value !== 'number' || isNull(value)) continue;
      const series = `${key}.${field}`;
      const badSeries = seriesFault(series);
      if (badSeries !== undefined) return invalid(`${shown(series)}: ${badSeries}`);
      out.add(series, time, value);
    }
    return undefined;
  }

  return {
    channels: [''],
    decode({ value: bytes }, out) {
      if (bytes === null) return missing('value: expected line protocol, got none');
      const text = textOf(bytes);
      if (text === undefined)
        return malformed(`value: expected text in UTF-8, got ${bytes.length} bytes that are none`);
      const lines = parseLines(text);
      if (isRefusal(lines)) return lines;
      const before = out.length;
      for (const [i, line] of lines.entries()) {
        const refusal = add(line, out);
        if (refusal !== undefined) return at(`line ${i + 1} with data: `, refusal);
      }
      if (out.length > before) return undefined;
      return missing(`value: expected a numeric field, got ${lines.length} lines without one`);
    },
  };
}
