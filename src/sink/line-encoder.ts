import { ForetideError } from '../errors.ts';
import { type Append, type Lines, LinesInMaking } from './lines.ts';
import type { Points } from './points.ts';

/**
 * Encodes points as line protocol in UTF-8, one line a row, timestamps in whole microseconds; at most `most` lines at a time.
 *
 * 1. Fields that are NaN are left out; a row without a number is no line.
 * 2. Tags are sorted by their keys, as InfluxDB wants them for speed; `series` is one of them.
 * 3. The same points always give the same bytes.
 *
 * A microsecond is as fine as a float64 of milliseconds can be: up to the year 2109 the nearest double to k/1000 ms is less than 0.25 µs
 * off, and the product with 1000 adds at most 0.25 µs, so that rounding finds k. (Later than that it may be the next microsecond; but
 * always the same one.)
 *
 * @throws ForetideError OUTPUT_IDENTITY for a name that no line can hold: an empty one, one with a control character, or one that ends
 *   in a backslash. `seriesFault` keeps such series out.
 * @see https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
export function* encodeLines(points: readonly Points[], most: number): Generator<Lines> {
  let lines = new LinesInMaking();
  for (const block of points) {
    const append = encoderOf(block);
    for (let row = 0; row < block.length; row++) {
      lines.add(append, block, row);
      if (lines.count < most) continue;
      yield lines.end();
      lines = new LinesInMaking();
    }
  }
  if (lines.count > 0) yield lines.end();
}

/** What appends the line of a row of these points: piece by piece, as a text of its own would be one more for each line. */
function encoderOf(points: Points): Append {
  const { series, time, fields } = points;
  const [head, tail] = constantTags(points);
  const columns = Object.values(fields);
  const names = Object.keys(fields).map((key) => `${escaped(key)}=`);
  const firstKeys = names.map((name) => `${tail} ${name}`);
  const nextKeys = names.map((name) => `,${name}`);
  const labels = Object.entries(points.labels ?? {}).map(([key, text]) => `,${escaped(key)}=${quoted(text)}`);
  const end = `${labels.join('')} `;
  // many series have readings at the same time
  let instant = NaN;
  let ending = '';
  return (before, row) => {
    let text = before + head + escaped(series[row]!);
    let keys = firstKeys;
    for (let f = 0; f < columns.length; f++) {
      const value = columns[f]![row]!;
      if (Number.isNaN(value)) continue;
      text += keys[f]! + value;
      keys = nextKeys;
    }
    if (keys === firstKeys) return before;
    if (time[row]! !== instant) {
      instant = time[row]!;
      ending = `${end}${Math.round(instant * 1000)}`;
    }
    return text + ending;
  };
}

/** What stands before and after the series' name in every line: the measurement and the tags, in order. */
function constantTags({ measurement, tags }: Points): [string, string] {
  if ('series' in tags) throw unwritable('series', 'a tag of its own beside the name of the series');
  let before: string = measurement;
  let after = '';
  for (const [key, tag] of Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const written = `,${escaped(key)}=${escaped(tag)}`;
    if (key < 'series') before += written;
    else after += written;
  }
  return [`${before},series=`, after];
}

const UNUSUAL = /[\u0000-\u001f\u007f,= ]|\\$/; // eslint-disable-line no-control-regex
const UNWRITABLE = /[\u0000-\u001f\u007f]|\\$/; // eslint-disable-line no-control-regex

/** A tag's key or value, or a field's key. */
function escaped(name: string): string {
  if (name !== '' && !UNUSUAL.test(name)) return name;
  if (name === '' || UNWRITABLE.test(name))
    throw unwritable(name, 'a control character, a backslash at its end, or nothing');
  return name.replace(/[,= ]/g, '\\$&');
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function unwritable(name: string, fault: string): ForetideError {
  return new ForetideError('OUTPUT_IDENTITY', {
    what: `A name cannot be written to InfluxDB, for it is ${fault}`,
    got: JSON.stringify(name),
  });
}
