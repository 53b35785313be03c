import { ForetideError } from '../errors.ts';
import { strideOf } from './rows.ts';
import { bytesOf, type SlotType } from './slot.ts';

/** Where a slot lies in its row. */
export interface SlotPlace {
  readonly name: string;
  readonly type: SlotType;
  readonly width: number;
  /** Bytes from the beginning of the row. */
  readonly offset: number;
  readonly bytes: number;
}

/** One kind of row: its slots, in the order of their places. */
export interface RowLayout {
  readonly slots: readonly SlotPlace[];
  /** Bytes of a row. */
  readonly stride: number;
}

/** What `Memory.layout()` says, taken apart. */
export interface Layout {
  readonly series: RowLayout;
  readonly partition: RowLayout;
  /** Rules of packages that the numbers follow, with their versions. */
  readonly rules: readonly string[];
}

const ROW = /^(series|partition)\{(.*)\}$/;
const SLOT = /(.+?):(u16|i32|f32|f64)\[(\d+)\]@(\d+)(?:,|$)/g;

/**
 * Reads what `Memory.layout()` gave, of this Memory or of one of before.
 *
 * @throws ForetideError STATE_CORRUPT where it is none
 */
export function readLayout(text: string): Layout {
  const [series = '', partition = '', ...rules] = text.split('\n');
  return { series: readRow('series', series), partition: readRow('partition', partition), rules };
}

function readRow(kind: 'series' | 'partition', line: string): RowLayout {
  const [, found, inner = ''] = ROW.exec(line) ?? [];
  const matches = [...inner.matchAll(SLOT)];
  const length = matches.reduce((sum, [whole]) => sum + whole.length, 0);
  if (found !== kind || length !== inner.length) {
    throw new ForetideError('STATE_CORRUPT', {
      what: 'The layout that is kept beside the state cannot be read',
      expected: `${kind}{name:type[width]@place,…}`,
      got: line.slice(0, 80),
      todo: 'Start with the settings that wrote the state, or with --fresh to begin anew.',
    });
  }
  const slots = matches.map(([, name, type, width, offset]) => ({
    name: name!,
    type: type as SlotType,
    width: Number(width),
    offset: Number(offset),
    bytes: Number(width) * bytesOf(type as SlotType),
  }));
  return { slots, stride: strideOf(Math.max(0, ...slots.map((slot) => slot.offset + slot.bytes))) };
}
