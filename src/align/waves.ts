import type { Frame } from '../frame.ts';
import type { Aligned } from './align.ts';

/**
 * Cuts a frame into waves, in order: runs of rows in which no series stands twice. Always at least one, so that the records
 * and dead letters of a frame without a usable reading are accounted for as well; the first wave carries them.
 *
 * @param keep the rows that are used, ascending
 */
export function* waves<F extends Frame & Aligned>(frame: F, keep: readonly number[]): Generator<F> {
  const seen = new Set<number>();
  let start = 0;
  let first = true;
  for (let k = 0; k <= keep.length; k++) {
    const row = k < keep.length ? frame.series[keep[k]!]! : -1;
    if (k < keep.length && !seen.has(row)) {
      seen.add(row);
      continue;
    }
    if (k > start || first) yield rowsOf(frame, keep, start, k, first);
    first = false;
    start = k;
    seen.clear();
    seen.add(row);
  }
}

function rowsOf<F extends Frame & Aligned>(
  frame: F,
  keep: readonly number[],
  start: number,
  end: number,
  first: boolean,
): F {
  const length = end - start;
  const { channels } = frame;
  const series = new Int32Array(length);
  const time = new Float64Array(length);
  const value = new Float64Array(length * channels);
  const offset = new Float64Array(length);
  const index = new Float64Array(length);
  const gap = new Float64Array(length);
  const step = new Float64Array(length);
  const restart = new Uint8Array(length);
  const name: string[] = [];
  const bytes: (Uint8Array | null)[] = [];
  for (let i = 0; i < length; i++) {
    const from = keep[start + i]!;
    series[i] = frame.series[from]!;
    time[i] = frame.time[from]!;
    for (let c = 0; c < channels; c++) value[i * channels + c] = frame.value[from * channels + c]!;
    offset[i] = frame.offset[from]!;
    index[i] = frame.index[from]!;
    gap[i] = frame.gap[from]!;
    step[i] = frame.step[from]!;
    restart[i] = frame.restart[from]!;
    name.push(frame.name[from]!);
    bytes.push(frame.bytes[from]!);
  }
  const records = first ? frame.records : 0;
  const dead = first ? frame.dead : [];
  return {
    ...frame,
    length,
    series,
    time,
    value,
    offset,
    index,
    gap,
    step,
    restart,
    name,
    bytes,
    records,
    dead,
  };
}
