import { bufferCount, map, type OperatorFunction, pipe } from 'rxjs';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';

/** One observation of one series, for those who bring their own Observable. */
export interface Reading {
  readonly series: string;
  /** Event time, ms. */
  readonly time: number;
  readonly value: number | readonly number[];
}

/**
 * Readings to frames, so that the stages work on any `Observable<Reading>`, without a task, a source or a store.
 *
 * @param size readings a frame; 1 gives every forecast at once
 *
 * @example
 * const memory = new Memory();
 * const model = createModel(ModelSettings.parse({}), 1);
 * readings$.pipe(
 *   frames(memory),
 *   align(memory, AlignSettings.parse({})),
 *   scale(memory, 1, ScaleSettings.parse({})),
 *   recur(memory, model),
 *   forecast(memory, model, ForecastSettings.parse({})),
 *   learn(memory, model, ForecastSettings.parse({})),
 *   rows(),
 * ).subscribe((row) => console.log(row.series, row.yhat));
 */
export function frames(memory: Memory, size = 1): OperatorFunction<Reading, Frame> {
  let offset = 0;
  return pipe(
    bufferCount(size),
    map((readings): Frame => {
      const first = readings[0]!;
      const channels = typeof first.value === 'number' ? 1 : first.value.length;
      const start = offset;
      offset += readings.length;
      return {
        length: readings.length,
        channels,
        channelNames: channels === 1 ? [''] : Array.from({ length: channels }, (_, c) => String(c)),
        series: Int32Array.from(readings, ({ series }) => memory.row(series)),
        name: readings.map(({ series }) => series),
        time: Float64Array.from(readings, ({ time }) => time),
        value: Float64Array.from(readings.flatMap(({ value }) => value)),
        offset: Float64Array.from(readings, (_, i) => start + i),
        bytes: readings.map(() => null),
        records: readings.length,
        dead: [],
      };
    }),
  );
}
