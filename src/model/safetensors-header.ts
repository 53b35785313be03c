import { shown } from '../decode/shown.ts';
import { type Dtype, DTYPES } from './dtypes.ts';
import { modelFault, shownShape } from './fault.ts';

/** What a header says of one tensor. */
export interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Numbers in it: the product of the shape. */
  readonly count: number;
  /** Its bytes, counted from the end of the header: [begin, end). */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of their bytes. */
  readonly entries: readonly Entry[];
}

/** The key that is no tensor. */
export const METADATA = '__metadata__';

/**
 * Reads the JSON of a safetensors header: nothing in it twice, nothing in it unknown, each shape as large as its bytes, the
 * tensors one after the other from the first byte of the buffer to its last.
 *
 * @param bufferSize bytes after the header
 * @throws ForetideError MODEL_INVALID
 */
export function parseHeader(json: string, bufferSize: number, where: string): Header {
  const place = `${where}: header`;
  const { [METADATA]: metadata, ...tensors } = objectOf(parseJson(json, place), place);
  const twice = findDuplicate(json);
  if (twice !== undefined) {
    throw modelFault({
      what: 'A key stands twice in the header',
      expected: 'each once',
      got: shown(twice),
      where: place,
    });
  }
  const entries = Object.entries(tensors)
    .map(([name, value]) => entryOf(name, value, where))
    .toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      throw modelFault({
        what: begin < covered ? 'Two tensors overlap' : 'There is a hole before a tensor',
        expected: `data_offsets that begin at ${covered}`,
        got: String(begin),
        where: `${where}: ${shown(name)}`,
      });
    }
    covered = end;
  }
  if (covered !== bufferSize) {
    throw modelFault({
      what: 'The tensors are not as long as the file',
      expected: `${covered} bytes after the header`,
      got: String(bufferSize),
      where,
    });
  }
  return { metadata: textsOf(metadata, place), entries };
}

function parseJson(json: string, where: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (cause) {
    // the message may hold a piece of the file
    throw modelFault({
      what: 'The header is no JSON',
      expected: 'a JSON object',
      got: shown(json),
      where,
      cause,
    });
  }
}

function objectOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw modelFault({
    what: 'The header is not laid out as safetensors',
    expected: 'an object',
    got: shown(value),
    where,
  });
}

function textsOf(metadata: unknown, where: string): Map<string, string> {
  if (metadata === undefined) return new Map();
  const entries = Object.entries(objectOf(metadata, `${where}, ${METADATA}`));
  for (const [key, value] of entries) {
    if (typeof value === 'string' && value.isWellFormed() && key.isWellFormed()) continue;
    throw modelFault({
      what: 'The metadata hold something else than text',
      expected: 'text',
      got: shown(value),
      where: `${where}, ${METADATA}, ${shown(key)}`,
    });
  }
  return new Map(entries as [string, string][]);
}

function entryOf(name: string, value: unknown, file: string): Entry {
  const where = `${file}: ${shown(name)}`;
  const facts = objectOf(value, where);
  const fault = (what: string, expected: string, got: string): Error =>
    modelFault({ what, expected, got, where });
  const keys = Object.keys(facts);
  if (keys.toSorted().join() !== 'data_offsets,dtype,shape') {
    throw fault(
      'A tensor is not described as safetensors has it',
      'dtype, shape and data_offsets',
      shown(keys.join(', ')),
    );
  }
  if (!name.isWellFormed())
    throw fault('The name of a tensor is no text', 'well-formed Unicode', shown(name));
  const { dtype, shape, data_offsets: offsets } = facts;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype)) {
    throw fault('The numbers of a tensor cannot be used', Object.keys(DTYPES).join(', '), shown(dtype));
  }
  const { size } = DTYPES[dtype]!;
  if (!areSizes(shape)) throw fault('A shape does not fit', 'a list of integers >= 0', shown(shape));
  if (!areSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw fault(
      'Offsets do not fit',
      'two integers 0 <= begin <= end',
      areSizes(offsets) ? shownShape(offsets) : shown(offsets),
    );
  }
  const [begin, end] = offsets as [number, number];
  const count = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(count * size) || count * size !== end - begin) {
    throw fault(
      'The shape of a tensor is not that of its bytes',
      `${count * size} bytes for ${shownShape(shape)} of ${dtype}`,
      String(end - begin),
    );
  }
  return { name, dtype: DTYPES[dtype]!, shape, count, begin, end };
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}

/** The first key that stands twice in one object of a valid JSON text: `JSON.parse` keeps the last and says nothing. */
function findDuplicate(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    if (json[i] === '{') open.push(new Set());
    else if (json[i] === '}') open.pop();
    if (json[i] !== '"') continue;
    const begin = i++;
    while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
    const end = i + 1;
    while (/\s/.test(json[i + 1] ?? '')) i++;
    if (json[i + 1] !== ':') continue;
    const key = JSON.parse(json.slice(begin, end)) as string;
    const keys = open.at(-1)!;
    if (keys.has(key)) return key;
    keys.add(key);
  }
  return undefined;
}
