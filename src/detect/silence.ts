import type { Aligned } from '../align/align.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import { LEAST, type Look, LOOK_EVERY } from './looks.ts';
import { PRIOR_OF_TIMES, rarityOfTime, SIZES, trackSize } from './rarity.ts';
import { silenceInGrace } from './silence-in-grace.ts';

/** What `silence` adds. */
export interface Silences {
  /** Series that nothing has come of for unusually long, at each look that fell into this frame, in order; mostly none. */
  readonly silent: readonly Silent[];
  /** The looks that fell into this frame, in order. Where late readings are taken in. */
  readonly looks?: readonly Look[];
}

/** A series of which nothing comes. */
export interface Silent {
  /** Its row in Memory. */
  readonly series: number;
  /** As its records call it. */
  readonly name: string;
  /** Event time of the look, ms. */
  readonly time: number;
  /** Time of its last reading, ms. */
  readonly since: number;
  /** How rare it is that nothing comes for so long, by its gaps before; at least `LEAST`. */
  readonly score: number;
  /** Row of the frame after which the look fell; −1 in a frame without rows. */
  readonly after: number;
  /** Readings of the series until then. Where late readings are taken in. */
  readonly readings?: number;
}

/** Of a series: time of its last reading (0: none), and its gaps. */
const LAST = 1;
const SILENCE = LAST + SIZES;

/**
 * Series that nothing comes of any more. Whenever the partition's event time, which its other series move, or a tick where none of them does, has come
 * into another minute, every series is looked at: how rare is it by its own gaps that nothing has come for so long?
 *
 * Where late readings are taken in, it is looked for the grace later: see `silenceInGrace`.
 */
export function silence(memory: Memory): Stage<Frame & Aligned, Silences> {
  const kept = memory.seriesSlot('late.time');
  if (kept) return silenceInGrace(memory, kept.width);
  const slot = memory.series('silence', 'f64', SILENCE);
  const clock = memory.partition('silence.clock', 'f64');

  function look(f64: Float64Array, time: number, after: number, silent: Silent[]): void {
    for (const series of memory.rows) {
      const at = slot.at(series);
      const since = f64[at]!;
      const score = rarityOfTime(f64, at + LAST, time - since);
      if (score > LEAST) silent.push({ series, name: memory.name(series), time, since, score, after });
    }
  }

  function take(f64: Float64Array, at: number, time: number): void {
    if (f64[at] !== 0) trackSize(f64, at + LAST, time - f64[at]!, PRIOR_OF_TIMES);
    f64[at] = time;
  }

  return stage(({ length: n, series, time, command }: Frame & Aligned) => {
    const silent: Silent[] = [];
    memory.touchPartition();
    const { f64 } = memory.view();
    const move = (to: number, after: number): void => {
      const before = f64[clock.at(0)]!;
      if (before !== 0 && to <= before) return;
      f64[clock.at(0)] = to;
      if (before !== 0 && Math.floor(to / LOOK_EVERY) > Math.floor(before / LOOK_EVERY))
        look(f64, to, after, silent);
    };
    for (let i = 0; i < n; i++) {
      take(f64, slot.at(series[i]!), time[i]!);
      move(time[i]!, i);
    }
    if (command?.kind === 'tick') move(command.time, -1);
    return { silent };
  });
}
