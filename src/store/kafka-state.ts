import { crc32 } from 'node:zlib';
import { ForetideError } from '../errors.ts';

/**
 * What the records of a changelog topic hold. Keys are text: `meta`, `meaning` (see meaning.ts), `slots`, `sentinel`, `reset`, `series/NAME` for a row,
 * and `archive/NAME` for one of a series that has left and is kept; of what is too large for one message the further parts are `slots#1`,
 * `series#1/NAME`, … Rows and slots of a generation lie under `series@a/NAME` and `slots@a`, those of the next under `@b`, and so on in turn. A row
 * that is not there any more has null. Else a value is
 *
 *     u32 magic   u32 layout of this header   16 bytes of the fingerprint   f64 commit   f64 birth
 *     u32 length of the whole   u32 place of this part in it   the bytes   u32 CRC-32 of all before
 *
 * all little-endian. kafkajs checks no CRC of its own.
 */

/** `FTS1` */
const MAGIC = 0x31_53_54_46;
const LAYOUT = 1;
const FINGERPRINT_BYTES = 16;
const HEADER = 48;
const TRAILER = 4;

/** Most bytes of one part: with its key and header well below a broker's default limit for a message (1 MiB). */
const MOST_BYTES = 900_000;

/** Under which keys a generation lies. */
export type Letter = 'a' | 'b';

/** What a record is about. */
export type StateKind = 'meta' | 'meaning' | 'slots' | 'sentinel' | 'reset' | 'series' | 'archive';

/** What a key is of. */
export interface StateKey {
  readonly kind: StateKind;
  /** Of the generation that it belongs to, where it belongs to one. */
  readonly letter: Letter | undefined;
  /** Which part of the whole, from 0. */
  readonly part: number;
  /** Name of the series; empty for other kinds. */
  readonly series: string;
}

/** A record of the changelog, taken apart. */
export interface StateRecord {
  readonly kind: StateKind;
  /** Name of the series; empty for the other kinds. */
  readonly series: string;
  /** The first 16 bytes of the writer's fingerprint, hexadecimal. */
  readonly fingerprint: string;
  /** Number of the commit that it belongs to; of rows and slots of a generation its stamp. */
  readonly commit: number;
  /** The row's number in Memory; 0 for the other kinds. */
  readonly birth: number;
  /** Bytes of the whole, of which these are the part at `from`. */
  readonly length: number;
  readonly from: number;
  readonly bytes: Uint8Array;
  /** CRC-32 of the value. */
  readonly sum: number;
}

/** What is to be written of one key. */
export interface StateValue {
  readonly kind: StateKind;
  readonly series?: string;
  readonly fingerprint: string;
  readonly commit: number;
  readonly birth?: number;
  /** Of the generation that it belongs to, where it belongs to one. */
  readonly letter?: Letter | undefined;
  readonly bytes: Uint8Array;
}

/** A message for the changelog. */
export interface StateMessage {
  readonly key: string;
  readonly value: Buffer;
  /** CRC-32 of the value. */
  readonly sum: number;
}

/** The messages that hold a value, one or several. */
export function* encodeState(state: StateValue): Generator<StateMessage> {
  const { kind, series = '', letter, bytes } = state;
  let part = 0;
  for (let from = 0; part === 0 || from < bytes.length; from += MOST_BYTES, part++) {
    const key = keyOf(kind, letter, series, part);
    const value = encodePart(state, from, bytes.subarray(from, from + MOST_BYTES));
    yield { key, value, sum: value.readUInt32LE(value.length - TRAILER) };
  }
}

function keyOf(kind: StateKind, letter: Letter | undefined, series: string, part: number): string {
  const name = `${kind}${letter === undefined ? '' : `@${letter}`}${part === 0 ? '' : `#${part}`}`;
  return kind === 'series' || kind === 'archive' ? `${name}/${series}` : name;
}

/** The keys of all parts of a row of so many bytes. */
export function rowKeys(
  kind: 'series' | 'archive',
  letter: Letter | undefined,
  series: string,
  bytes: number,
): readonly string[] {
  const parts = Math.max(1, Math.ceil(bytes / MOST_BYTES));
  return Array.from({ length: parts }, (_, part) => keyOf(kind, letter, series, part));
}

function encodePart(state: StateValue, from: number, bytes: Uint8Array): Buffer {
  const value = Buffer.allocUnsafe(HEADER + bytes.length + TRAILER);
  value.writeUInt32LE(MAGIC, 0);
  value.writeUInt32LE(LAYOUT, 4);
  value.write(state.fingerprint, 8, FINGERPRINT_BYTES, 'hex');
  value.writeDoubleLE(state.commit, 24);
  value.writeDoubleLE(state.birth ?? 0, 32);
  value.writeUInt32LE(state.bytes.length, 40);
  value.writeUInt32LE(from, 44);
  value.set(bytes, HEADER);
  const end = HEADER + bytes.length;
  value.writeUInt32LE(crc32(value.subarray(0, end)), end);
  return value;
}

const KEY = /^(meta|meaning|slots|sentinel|reset|series|archive)(?:@([ab]))?(?:#(\d+))?(?:\/(.*))?$/s;

/**
 * Takes a key apart.
 *
 * @param where for messages: topic/partition@offset
 * @throws ForetideError STATE_CORRUPT where it is no key of ours
 */
export function decodeKey(key: Uint8Array | null, where: string): StateKey {
  const text = Buffer.from(key ?? []).toString();
  const [, kind, letter, part = '0', series = ''] = KEY.exec(text) ?? [];
  if (kind === undefined) throw corrupt('a key of a changelog', JSON.stringify(text.slice(0, 80)), where);
  return { kind: kind as StateKind, letter: letter as Letter | undefined, part: Number(part), series };
}

/**
 * Takes a record apart.
 *
 * @param where for messages: topic/partition@offset
 * @throws ForetideError STATE_CORRUPT where it is no record of ours, or damaged
 */
export function decodeState(key: Uint8Array | null, value: Uint8Array, where: string): StateRecord {
  const { kind, series } = decodeKey(key, where);
  const view = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const end = view.length - TRAILER;
  if (end < HEADER || view.readUInt32LE(0) !== MAGIC)
    throw corrupt('a value of a changelog', `${view.length} bytes that begin otherwise`, where);
  if (view.readUInt32LE(4) !== LAYOUT) throw corrupt(`layout ${LAYOUT}`, String(view.readUInt32LE(4)), where);
  const [told, sum] = [view.readUInt32LE(end), crc32(view.subarray(0, end))];
  if (told !== sum) throw corrupt(`CRC-32 ${told.toString(16)}`, sum.toString(16), where);
  return {
    kind,
    series,
    fingerprint: view.toString('hex', 8, 8 + FINGERPRINT_BYTES),
    commit: view.readDoubleLE(24),
    birth: view.readDoubleLE(32),
    length: view.readUInt32LE(40),
    from: view.readUInt32LE(44),
    bytes: view.subarray(HEADER, end),
    sum,
  };
}

/** As much of a fingerprint as a record holds. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, 2 * FINGERPRINT_BYTES);
}

function corrupt(expected: string, got: string, where: string): ForetideError {
  return new ForetideError('STATE_CORRUPT', {
    what: 'A record of the changelog cannot be used',
    expected,
    got,
    where,
    todo: 'Name a topic of its own with store.topic, or begin anew with --fresh.',
  });
}
