import { from, Subject, toArray } from 'rxjs';
import { align, AlignSettings } from '../../src/align/align.ts';
import { recur } from '../../src/cell/recur.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { frames } from '../../src/rx/frames.ts';
import { scale, ScaleSettings } from '../../src/scale/scale.ts';
import { sensorReadings } from './readings.ts';
import { type Lap, Stopwatch } from './stopwatch.ts';

/** Readings of a frame: as many as a file is handed over by. */
const FRAME = 512;

/** Frames of the bench's stream through `recur` of a frozen LSTM of this size, and nothing else: what a step costs where it is used. */
export function stepLaps(count: number, hidden: number): { whole: Lap; secondHalf: Lap } {
  const memory = new Memory();
  const model = createModel(ModelSettings.parse({ cell: 'lstm', hidden }), 1);
  const before = [
    frames(memory, FRAME),
    align(memory, AlignSettings.parse({})),
    scale(memory, 1, ScaleSettings.parse({})),
  ] as const;
  const stage = recur(memory, model, ForecastSettings.parse({ learn: 'none' }));
  const stopwatch = new Stopwatch(count);
  const readings = Array.from(sensorReadings(count), ({ sensor, time, value }) => ({
    series: sensor,
    time,
    value,
  }));
  from(readings)
    .pipe(...before, toArray())
    .subscribe((scaled) => {
      const input = new Subject<(typeof scaled)[number]>();
      input.pipe(stage).subscribe(({ length }) => stopwatch.add(length));
      for (const frame of scaled) {
        stopwatch.start();
        input.next(frame);
      }
    });
  return stopwatch.stop();
}
