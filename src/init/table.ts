import { csvRows } from '../decode/csv-rows.ts';
import { isJsonObject, type JsonObject, jsonParser } from '../decode/json-text.ts';
import { textOf } from '../decode/text.ts';
import type { Sample, Stretch } from './sample.ts';

/** The sample as fields by rows, whatever it is written in. */
export interface Table {
  /** Cells by the name of the field, [rows] each; undefined where a row lacks it. A cell of CSV is text, without the spaces around it. */
  readonly fields: ReadonlyMap<string, readonly unknown[]>;
  readonly rows: number;
  /** Where each stretch begins, and the end. */
  readonly begins: readonly number[];
}

/** Objects in objects that are looked into. */
const DEEPEST = 3;

/** The fields of a sample of CSV, Parquet or JSON. What cannot be read is left out: the decoder tells of it. */
export function tableOf({ format, columns = [], delimiter = ',', stretches }: Sample): Table {
  const fields = new Map<string, unknown[]>();
  const begins: number[] = [0];
  let rows = 0;
  const put = (name: string, cell: unknown): void => {
    let cells = fields.get(name);
    if (!cells) fields.set(name, (cells = []));
    cells[rows] = cell;
  };
  for (const stretch of stretches) {
    if (format === 'json') {
      for (const object of objectsOf(stretch)) {
        putObject(object, '', put);
        rows++;
      }
    } else {
      for (const row of rowsOf(stretch, delimiter)) {
        if (row.length !== columns.length) continue;
        row.forEach((cell, i) => put(columns[i]!, cell.trim()));
        rows++;
      }
    }
    begins.push(rows);
  }
  for (const cells of fields.values()) cells.length = rows;
  // what stands there twice can be named by no setting
  const twice = columns.filter((name, i) => name === '' || columns.indexOf(name) !== i);
  for (const name of twice) fields.delete(name);
  return { fields: new Map([...fields].map(([name, cells]) => [name, Array.from(cells)])), rows, begins };
}

function rowsOf(stretch: Stretch, delimiter: string): readonly (readonly string[])[] {
  return stretch.flatMap(({ cells, value }) =>
    cells ? [cells] : (csvRows((value && textOf(value)) ?? '', delimiter) ?? []),
  );
}

const parse = jsonParser();

function objectsOf(stretch: Stretch): readonly JsonObject[] {
  return stretch.flatMap(({ value }) => {
    const tree = value ? parse(value) : undefined;
    return (Array.isArray(tree) ? tree : [tree]).filter((each) => isJsonObject(each));
  });
}

/** Fields of objects in objects are called by their path, `data.temperature`. */
function putObject(
  object: JsonObject,
  before: string,
  put: (name: string, cell: unknown) => void,
  depth = 1,
): void {
  for (const [key, cell] of Object.entries(object)) {
    if (before !== '' && key.includes('.')) continue;
    const name = `${before}${key}`;
    if (isJsonObject(cell) && depth < DEEPEST) putObject(cell, `${name}.`, put, depth + 1);
    else if (name !== '') put(name, cell);
  }
}
