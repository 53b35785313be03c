import type { Frame } from '../frame.ts';
import type { Aligned } from './align.ts';
import type { Gaps } from './gaps.ts';
import type { Known } from './known.ts';
import type { AlignedRows } from './rows.ts';

/** What the waves of a frame have in common. */
export interface WaveParts {
  /** Records and readings that could not be used, until here. */
  readonly dead: Frame['dead'];
  readonly gaps: Gaps;
  /** Whether each row is what came in an interval. */
  readonly isAggregate: boolean;
  /** Whether each wave is to hold one row: see `Memory.isTaughtInTurn`. */
  readonly isInTurn: boolean;
  /** What is known ahead, where anything is. */
  readonly known?: Pick<Known, 'channels' | 'ahead'>;
  /** Whether late readings are taken in: see `Revisions`. */
  readonly isRevising?: boolean;
}

/**
 * Cuts the rows that come out of a frame into waves, in order: runs of rows in which no series stands twice. Always at least one, so that
 * the records and dead letters of a frame without a usable reading are accounted for as well; the first wave carries them.
 */
export function* waves<F extends Frame>(
  frame: F,
  rows: AlignedRows,
  parts: WaveParts,
): Generator<F & Aligned> {
  const seen = new Set<number>();
  let start = 0;
  let first = true;
  for (let k = 0; k <= rows.length; k++) {
    const row = k < rows.length ? frame.series[rows.from[k]!]! : -1;
    if (k < rows.length && !seen.has(row) && (seen.size === 0 || !parts.isInTurn)) {
      seen.add(row);
      continue;
    }
    if (k > start || first) yield waveOf(frame, rows, parts, start, k, first);
    first = false;
    start = k;
    seen.clear();
    seen.add(row);
  }
}

/**
 * Rows of a frame as a wave.
 *
 * @param start the first row; `end` the one after the last
 * @param first whether the records of the frame and the dead letters are to go with this one
 */
export function waveOf<F extends Frame>(
  frame: F,
  rows: AlignedRows,
  { dead, gaps, isAggregate, known, isRevising }: WaveParts,
  start: number,
  end: number,
  first: boolean,
): F & Aligned {
  const length = end - start;
  const columnOf = (values: readonly number[], width = 1): Float64Array => {
    const column = new Float64Array(length * width);
    for (let i = 0; i < column.length; i++) column[i] = values[start * width + i]!;
    return column;
  };
  const series = new Int32Array(length);
  const offset = new Float64Array(length);
  const restart = new Uint8Array(length);
  const name: string[] = [];
  const bytes: (Uint8Array | null)[] = [];
  for (let i = 0; i < length; i++) {
    const from = rows.from[start + i]!;
    series[i] = frame.series[from]!;
    offset[i] = frame.offset[from]!;
    restart[i] = rows.restart[start + i]!;
    name.push(frame.name[from]!);
    bytes.push(frame.bytes[from]!);
  }
  return {
    ...frame,
    length,
    series,
    time: columnOf(rows.time),
    value: columnOf(rows.value, frame.channels),
    offset,
    index: columnOf(rows.index),
    gap: columnOf(rows.gap),
    step: columnOf(rows.step),
    restart,
    name,
    bytes,
    records: first ? frame.records : 0,
    dead: first ? dead : [],
    gaps,
    isAggregate,
    ...(known && {
      known: {
        channels: known.channels,
        ahead: known.ahead,
        value: columnOf(rows.known, known.channels * (known.ahead + 1)),
      },
    }),
    ...(isRevising && {
      revisions: {
        revision: columnOf(rows.revision),
        again: Uint8Array.from(rows.again.slice(start, end)),
        place: Int32Array.from(rows.place.slice(start, end)),
        isNewest: Uint8Array.from(rows.isNewest.slice(start, end)),
      },
    }),
  };
}
