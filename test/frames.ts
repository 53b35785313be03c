import { of } from 'rxjs';
import type { Aligned } from '../src/align/align.ts';
import type { Frame } from '../src/frame.ts';
import type { Memory } from '../src/memory/memory.ts';

/** A reading of a test: series, time, value(s). */
export type TestReading = readonly [series: string, time: number, value: number | readonly number[]];

/** A frame of some readings, as `decode` would make it. */
export function frameOf(memory: Memory, readings: readonly TestReading[], firstOffset = 0): Frame {
  const channels = readings.length > 0 && typeof readings[0]![2] !== 'number' ? readings[0]![2].length : 1;
  return {
    length: readings.length,
    channels,
    channelNames: channels === 1 ? [''] : Array.from({ length: channels }, (_, c) => `c${c}`),
    series: Int32Array.from(readings, ([series]) => memory.row(series)),
    name: readings.map(([series]) => series),
    time: Float64Array.from(readings, ([, time]) => time),
    value: Float64Array.from(readings.flatMap(([, , value]) => value)),
    offset: Float64Array.from(readings, (_, i) => firstOffset + i),
    bytes: readings.map(() => null),
    records: readings.length,
    dead: [],
  };
}

/** A frame as `align` would make it of readings one minute apart, without looking at their times. */
export function alignedFrame(
  memory: Memory,
  readings: readonly TestReading[],
  index: number,
): Frame & Aligned {
  const frame = frameOf(memory, readings);
  const n = readings.length;
  for (const row of frame.series) memory.touch(row);
  return {
    ...frame,
    index: new Float64Array(n).fill(index),
    gap: new Float64Array(n).fill(index === 1 ? 0 : 1),
    step: new Float64Array(n).fill(60_000),
    restart: new Uint8Array(n).fill(index === 1 ? 1 : 0),
    gaps: { policy: 'hold', decay: 0.9 },
    isAggregate: false,
  };
}

/** What a synchronous operator makes of some frames. */
export function through<A, B>(
  operator: (source: import('rxjs').Observable<A>) => import('rxjs').Observable<B>,
  ...frames: A[]
): B[] {
  const out: B[] = [];
  of(...frames)
    .pipe(operator)
    .subscribe((frame) => out.push(frame));
  return out;
}
