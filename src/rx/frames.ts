import { bufferCount, map, type OperatorFunction, pipe } from 'rxjs';
import { ForetideError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { numberedChannels } from '../model/model.ts';

/** One observation of one series, for those who bring their own Observable. */
export interface Reading {
  /** Its name. */
  readonly series: string;
  /** Event time, ms. */
  readonly time: number;
  /** Of several channels NaN for those that were not observed, at least one of which was. */
  readonly value: number | readonly number[];
}

/**
 * Readings to frames, so that the stages work on any `Observable<Reading>`, without a task, a source or a store.
 *
 * @param size readings a frame; 1 gives every forecast at once
 * @throws into the Observable: TypeError for a reading whose numbers are not finite (of several channels: none of which is finite, or one of
 *   which is infinite), or not as many as those of the first;
 *   ForetideError MEMORY_EXHAUSTED where `maxStateBytes` leaves no room for its series
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
  let channels: number | undefined;
  return pipe(
    bufferCount(size),
    map((readings): Frame => {
      const width = (channels ??= numbers(readings[0]!).length);
      for (const reading of readings) check(reading, width);
      const start = offset;
      offset += readings.length;
      return {
        length: readings.length,
        channels: width,
        channelNames: numberedChannels(width),
        series: Int32Array.from(readings, ({ series }) => rowOf(memory, series)),
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

function numbers({ value }: Reading): readonly number[] {
  return typeof value === 'number' ? [value] : value;
}

function check(reading: Reading, channels: number): void {
  const { series, time } = reading;
  const given = numbers(reading);
  const isNumber =
    given.some((value) => Number.isFinite(value)) && given.every((value) => Math.abs(value) !== Infinity);
  if (Number.isFinite(time) && given.length === channels && isNumber) return;
  throw new TypeError(
    `Reading of ${series}: expected a finite time and ${channels} finite numbers, got ${time} and ${given.join(', ')}`,
  );
}

function rowOf(memory: Memory, series: string): number {
  const row = memory.row(series);
  if (row >= 0) return row;
  throw new ForetideError('MEMORY_EXHAUSTED', {
    what: `No room for the state of the series ${series}`,
    expected: `at most ${memory.length} series within maxStateBytes`,
    todo: 'Raise maxStateBytes of the Memory.',
  });
}
