import { Subject } from 'rxjs';
import type { RunSettings } from '../config/run-settings.ts';
import type { Decoder } from '../decode/decoder.ts';
import { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Batch } from '../source/source.ts';

/** Readings before the late ones that the time is taken of, at most, and how many of those there are. */
const BEFORE = 1000;
const LATE = 20;

/** What is taken of a run's settings. */
interface Grace {
  /** ms */
  readonly grace: number;
  readonly every: number;
}

/**
 * What it costs that late readings are taken in: memory of a series, and the time of one, taken here and now of a series that is made up. Nothing
 * where none are.
 *
 * @param memory in which the pipeline's stages have asked for their slots
 * @param channels names of the channels of a reading
 */
export function graceLines(
  pipeline: Pipeline,
  settings: RunSettings,
  { memory, model, channels }: { memory: Memory; model: Model; channels: readonly string[] },
): readonly string[] {
  const kept = memory.seriesSlot('late.time');
  const align = Reflect.get(settings, 'align') as Grace | undefined;
  if (!kept || !align) return [];
  const { own, apart, images } = memory.partsOfSeries;
  const most = Math.min(kept.width, Math.ceil((2 * align.grace) / align.every));
  const took = measured(pipeline, settings, align, { model, channels });
  return [
    `late readings: of the bytes of a series ${own} are its state, ${images} that of two moments before, ${apart} its last ${kept.width} readings; all of them are written where any changes`,
    `late readings: one steps at most some ${most} readings of its series again, at one each align.every; here and now ${took.toFixed(0)} µs a reading, ${((most * took) / 1000).toFixed(1)} ms`,
  ];
}

/** µs that it takes to step a reading again: the median of some late ones. */
function measured(
  pipeline: Pipeline,
  settings: RunSettings,
  { grace, every }: Grace,
  { model, channels }: { model: Model; channels: readonly string[] },
): number {
  const memory = new Memory();
  const times = Array.from({ length: BEFORE }, (_, i) => every * (i + 1));
  const reach = Math.min(grace, every * BEFORE);
  for (let i = 1; i <= LATE; i++) times.push(every * BEFORE - (reach * (i - 0.3)) / LATE);
  const decoder: Decoder = {
    channels,
    decode: ({ offset }, out) => {
      out.addAll(
        'made-up',
        times[offset]!,
        channels.map((_, c) => ((offset + c) % 7) + (offset % 11) / 10),
      );
      return undefined;
    },
  };
  const batch = (from: number, to: number): Batch => {
    const offsets = Array.from({ length: to - from }, (_, i) => from + i);
    return {
      partition: 0,
      records: offsets.map((offset) => ({ offset, key: null, value: null })),
      next: to,
    };
  };
  let rows = 0;
  const input = new Subject<Batch>();
  input.pipe(pipeline.topology(settings, { memory, decoder, model })).subscribe(({ length }) => {
    rows += length;
  });
  input.next(batch(0, BEFORE));
  const took: number[] = [];
  for (let i = BEFORE; i < BEFORE + LATE; i++) {
    rows = 0;
    const start = performance.now();
    input.next(batch(i, i + 1));
    took.push((1000 * (performance.now() - start)) / Math.max(1, rows));
  }
  memory.release();
  return took.toSorted((x, y) => x - y)[LATE >> 1]!;
}
