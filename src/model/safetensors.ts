import { shown } from '../decode/shown.ts';
import { modelFault } from './fault.ts';
import { METADATA, parseHeader } from './safetensors-header.ts';

/** A tensor in row-major order. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a safetensors file holds. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes of the number that a file begins with: the length of its header. */
const PREFIX = 8;
/** The most that a header may take, bytes; that of a model is a thousandth of it. */
const HEADER_LIMIT = 1 << 20;
/** The buffer begins at a multiple of this. */
const ALIGNMENT = 8;

/**
 * Reads a safetensors file, strictly: what is doubtful is refused. https://huggingface.co/docs/safetensors
 *
 * 1. F32, F16 and BF16 come as they are, F64 rounded to float32; other dtypes, infinities and NaN are refused.
 * 2. Nothing of the file is executed, and no more is allocated than it is long (twice that for 16-bit numbers).
 *
 * @param where the file's name, for errors
 * @throws ForetideError MODEL_INVALID, and nothing else whatever the bytes are
 */
export function readSafetensors(bytes: Uint8Array, where = 'safetensors'): TensorFile {
  const start = endOfHeader(bytes, where);
  const json = textOf(bytes.subarray(PREFIX, start), where);
  const { metadata, entries } = parseHeader(json, bytes.length - start, where);
  const buffer = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, count, begin } of entries) {
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) data[i] = dtype.read(buffer, begin + i * dtype.size);
    refuseWild(data, `${where}: ${shown(name)}`);
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata };
}

/** Where the buffer begins. */
function endOfHeader(bytes: Uint8Array, where: string): number {
  if (bytes.length < PREFIX + 2) {
    throw modelFault({
      what: 'The file is too short',
      expected: `${PREFIX + 2} bytes or more`,
      got: String(bytes.length),
      where,
    });
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const most = Math.min(HEADER_LIMIT, bytes.length - PREFIX);
  if (length < 2n || length > most) {
    // a zip archive, or a pickle
    const isTorch = (bytes[0] === 0x50 && bytes[1] === 0x4b) || bytes[0] === 0x80;
    throw modelFault({
      what: 'The file does not begin as safetensors',
      expected: `the length of its header, 2 to ${most}`,
      got: String(length),
      where: `${where}, bytes 0 to 7`,
      ...(isTorch && { todo: 'torch.save wrote it; write it with safetensors.torch.save_file.' }),
    });
  }
  return PREFIX + Number(length);
}

function textOf(bytes: Uint8Array, where: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (text.startsWith('{')) return text;
  } catch {
    // not UTF-8
  }
  throw modelFault({
    what: 'The header is no JSON',
    expected: 'UTF-8 that begins with {',
    got: 'something else',
    where: `${where}: header`,
  });
}

function refuseWild(data: Float32Array, where: string): void {
  const i = data.findIndex((value) => !Number.isFinite(value));
  if (i === -1) return;
  throw modelFault({
    what: 'A tensor holds what is no float32 number',
    expected: 'finite numbers',
    got: `${data[i]} at ${i}`,
    where,
    todo: 'Its training has diverged: save an earlier state of it.',
  });
}

/**
 * Writes a safetensors file of float32 tensors. The same content gives the same bytes: names and metadata sorted, the header
 * padded with spaces to a multiple of eight.
 *
 * @param where what is written, for errors
 * @throws ForetideError MODEL_INVALID for what `readSafetensors` would refuse
 */
export function writeSafetensors({ tensors, metadata }: TensorFile, where = 'safetensors'): Uint8Array {
  const byName = sorted(tensors);
  let size = 0;
  const entries = byName.map(([name, { shape, data }]): [string, string] => {
    refuseWild(data, `${where}: ${shown(name)}`);
    const begin = size;
    size += data.byteLength;
    return [name, JSON.stringify({ dtype: 'F32', shape, data_offsets: [begin, size] })];
  });
  const texts = sorted(metadata).map(([key, text]): [string, string] => [key, JSON.stringify(text)]);
  if (texts.length > 0) entries.unshift([METADATA, objectText(texts)]);
  const json = objectText(entries);
  parseHeader(json, size, where);
  const header = new TextEncoder().encode(json);
  const start = Math.ceil((PREFIX + header.length) / ALIGNMENT) * ALIGNMENT;
  if (start - PREFIX > HEADER_LIMIT) {
    throw modelFault({
      what: 'The header would be too long',
      expected: `at most ${HEADER_LIMIT} bytes`,
      got: String(start - PREFIX),
      where,
      todo: 'Shorten the metadata.',
    });
  }
  const file = new Uint8Array(start + size).fill(0x20, 0, start);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(start - PREFIX), true);
  file.set(header, PREFIX);
  let at = start;
  for (const [, { data }] of byName) {
    for (let i = 0; i < data.length; i++, at += 4) view.setFloat32(at, data[i]!, true);
  }
  return file;
}

function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** A JSON object in this order: one of JavaScript would put keys such as "1" first. */
function objectText(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
}
