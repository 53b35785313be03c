import { type FileHandle, open } from 'node:fs/promises';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, type SchemaElement } from 'hyparquet';
import { ForetideError } from '../errors.ts';
import { filePath, readable } from './file-path.ts';
import { packingOf } from './unpacker.ts';

/** What is in a column: numbers, instants, texts, or what is neither. */
export type ParquetKind = 'number' | 'time' | 'text' | 'other';

export interface ParquetColumn {
  readonly name: string;
  readonly kind: ParquetKind;
  /** What the file calls it, for messages: `INT64 TIMESTAMP_MICROS`. */
  readonly type: string;
  /** Digits behind the point of a DECIMAL. */
  readonly scale: number | undefined;
}

/** A Parquet file that is open. */
export interface ParquetFile {
  readonly path: string;
  readonly rows: number;
  /** The columns of the top level; lists, maps and records are `other`. */
  readonly columns: readonly ParquetColumn[];
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  close(): Promise<void>;
}

const MAGIC = Buffer.from('PAR1');
/** What a magic number is counted with: one at the beginning, one at the end. */
const SHORTEST = 2 * MAGIC.length;

/**
 * Opens a Parquet file and reads what it says of itself, at its end.
 *
 * @see https://parquet.apache.org/docs/file-format/
 * @throws ForetideError FILE_UNREADABLE; FILE_FORMAT where it is no Parquet, or not whole
 */
export async function openParquet(path: string): Promise<ParquetFile> {
  await readable(path);
  const file = await open(filePath(path));
  try {
    if (!(await isParquet(file))) throw await noParquet(file, path);
    const buffer = await bufferOf(file);
    const metadata = await parquetMetadataAsync(buffer, { geoparquet: false }).catch((cause: unknown) => {
      throw broken(path, cause);
    });
    const columns = topLevel(metadata.schema).map(columnOf);
    const whole = { ...metadata, schema: metadata.schema.map(withoutDecimal) };
    return {
      path,
      rows: Number(metadata.num_rows),
      columns,
      buffer,
      metadata: whole,
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Whether a file begins and ends as Parquet does. */
export async function isParquet(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size < SHORTEST) return false;
  const ends = [0, size - MAGIC.length].map(async (at) =>
    (await bytesOf(file, at, MAGIC.length)).equals(MAGIC),
  );
  return (await Promise.all(ends)).every(Boolean);
}

/** A file that cannot be read on as Parquet. */
export function broken(where: string, cause: unknown): ForetideError {
  if (cause instanceof ForetideError) return cause;
  return new ForetideError('FILE_FORMAT', {
    what: 'The Parquet file cannot be read on',
    got: cause instanceof Error ? cause.message : String(cause),
    where,
    todo: 'Bring it anew, whole, or write it again with plain or dictionary encoding and Snappy, gzip or Zstandard.',
    cause,
  });
}

async function noParquet(file: FileHandle, path: string): Promise<ForetideError> {
  const begin = await bytesOf(file, 0, MAGIC.length);
  const packing = packingOf(begin);
  const isCutOff = begin.equals(MAGIC);
  return new ForetideError('FILE_FORMAT', {
    what: isCutOff ? 'The Parquet file is cut off' : 'The file is no Parquet',
    expected: 'PAR1 as its first and last bytes',
    ...(packing && { got: `a file packed by ${packing}` }),
    where: path,
    todo: packing
      ? 'Unpack it: Parquet is read from its end, and has packed columns of its own.'
      : 'Bring it anew, whole, or check input.decode.format.',
  });
}

async function bufferOf(file: FileHandle): Promise<AsyncBuffer> {
  const { size } = await file.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const { buffer, byteOffset, byteLength } = await bytesOf(file, start, end - start);
      return buffer.slice(byteOffset, byteOffset + byteLength);
    },
  };
}

async function bytesOf(file: FileHandle, at: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** The columns right below the root: each is followed by what lies in it. */
function topLevel([root, ...elements]: readonly SchemaElement[]): readonly SchemaElement[] {
  const found: SchemaElement[] = [];
  let at = 0;
  const skip = (): void => {
    const children = elements[at++]?.num_children ?? 0;
    for (let i = 0; i < children; i++) skip();
  };
  for (let i = 0; i < (root?.num_children ?? 0); i++) {
    found.push(elements[at]!);
    skip();
  }
  return found;
}

function columnOf(element: SchemaElement): ParquetColumn {
  const { name, type, converted_type: converted, logical_type: logical, scale } = element;
  return {
    name,
    kind: kindOf(element),
    type: [type ?? 'GROUP', logical?.type ?? converted ?? ''].join(' ').trim(),
    scale: isDecimal(element) ? (scale ?? 0) : undefined,
  };
}

/** @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md */
function kindOf(element: SchemaElement): ParquetKind {
  const { type, num_children: children, repetition_type: repetition } = element;
  const { converted_type: converted, logical_type: logical } = element;
  if (children || repetition === 'REPEATED') return 'other';
  const meaning = logical?.type ?? converted;
  switch (meaning) {
    case 'TIMESTAMP':
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
    case 'DATE':
      return 'time';
    case 'STRING':
    case 'UTF8':
    case 'ENUM':
    case 'UUID':
      return 'text';
    case 'DECIMAL':
    case 'FLOAT16':
    case 'INTEGER':
    case 'UINT_8':
    case 'UINT_16':
    case 'UINT_32':
    case 'UINT_64':
    case 'INT_8':
    case 'INT_16':
    case 'INT_32':
    case 'INT_64':
      return 'number';
    case undefined:
      if (type === 'INT96') return 'time';
      if (type === 'BYTE_ARRAY') return 'text';
      return type === 'BOOLEAN' || type === 'FIXED_LEN_BYTE_ARRAY' ? 'other' : 'number';
    default:
      return 'other';
  }
}

function isDecimal({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'DECIMAL' || logical?.type === 'DECIMAL';
}

/** The reader multiplies a DECIMAL by a power of ten, which rounds; left alone it gives the whole number, to which we set the point. */
function withoutDecimal(element: SchemaElement): SchemaElement {
  if (!isDecimal(element)) return element;
  const { converted_type: _, logical_type: __, ...plain } = element;
  return plain;
}
