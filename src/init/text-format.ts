import { csvRows } from '../decode/csv-rows.ts';
import { decimal } from '../decode/decimal.ts';
import { iso8601 } from '../decode/iso8601.ts';
import { isJsonObject, jsonParser } from '../decode/json-text.ts';
import { parseLines } from '../decode/line-parser.ts';
import { isRefusal } from '../decode/refusal.ts';
import { textOf } from '../decode/text.ts';
import { ForetideError } from '../errors.ts';
import type { DataFormat } from './asked.ts';

/** Records of which the format is told. */
const LOOKED_AT = 50;
/** What may stand between the cells of a table, the likeliest first. */
const DELIMITERS = [',', ';', '\t', '|'];

const parse = jsonParser();

/**
 * How texts are written, one record each: what all of the first ones are.
 *
 * @param where for the message
 * @throws ForetideError FILE_FORMAT for none, and for JSON that runs over several lines
 */
export function formatOf(records: readonly Uint8Array[], where: string): DataFormat {
  const some = records.slice(0, LOOKED_AT);
  const [first] = some;
  if (first === undefined) {
    throw new ForetideError('FILE_FORMAT', {
      what: 'There is nothing to look at',
      expected: 'some records',
      where,
      todo: 'Name a file, a topic or a bucket that holds readings.',
    });
  }
  const trees = some.map((bytes) => parse(bytes));
  if (trees.every((tree) => isJsonObject(tree) || Array.isArray(tree)))
    return trees.every((tree) => isTelegraf(tree)) ? 'telegraf' : 'json';
  if (/^\s*[[{]/.test(textOf(first) ?? '')) {
    throw new ForetideError('FILE_FORMAT', {
      what: 'JSON whose records are not one to a line',
      expected: 'a JSON object, or an array of objects, on each line',
      where,
      todo: 'Write it so: jq -c ".[]" in.json > out.ndjson',
    });
  }
  return some.every((bytes) => isLine(bytes)) ? 'line-protocol' : 'csv';
}

function isTelegraf(tree: unknown): boolean {
  if (!isJsonObject(tree)) return false;
  const { metrics } = tree;
  if (Array.isArray(metrics)) return metrics.length > 0 && metrics.every((metric) => isTelegraf(metric));
  return typeof tree['name'] === 'string' && isJsonObject(tree['fields']) && 'timestamp' in tree;
}

function isLine(bytes: Uint8Array): boolean {
  const text = textOf(bytes);
  if (text === undefined) return false;
  const lines = parseLines(text);
  return !isRefusal(lines) && (lines.length > 0 || text.trimStart().startsWith('#'));
}

/** What stands between the cells: the character that splits the rows into the most columns, the same number in nearly each. */
export function delimiterOf(records: readonly Uint8Array[]): string {
  const text = records
    .slice(0, LOOKED_AT)
    .map((bytes) => textOf(bytes) ?? '')
    .join('\n');
  let best = { delimiter: ',', columns: 1 };
  for (const delimiter of DELIMITERS) {
    const rows = csvRows(text, delimiter) ?? [];
    const columns = rows[0]?.length ?? 0;
    const alike = rows.filter((row) => row.length === columns).length;
    if (columns > best.columns && alike >= 0.9 * rows.length) best = { delimiter, columns };
  }
  return best.delimiter;
}

/** Whether a first row is the names of the columns: no cell of it is a number or a date, and no name is empty or there twice. */
export function isHeaderRow(cells: readonly string[]): boolean {
  const names = cells.map((cell) => cell.trim());
  if (names.some((name) => name === '') && names.filter((name) => name === '').length > 1) return false;
  return names.every((name) => Number.isNaN(decimal(name)) && Number.isNaN(iso8601(name)));
}
