import type { Aligned } from '../align/align.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import { LEAST, type Look, LOOK_EVERY } from './looks.ts';
import { SettledGaps } from './settled-gaps.ts';
import type { Silences, Silent } from './silence.ts';

/** A partition of which nothing has come for longer is not looked at: else its next reading would be followed by a look for each minute until then. */
const LONGEST = 86_400_000;

/**
 * Series that nothing comes of, where late readings are taken in: what may still come late is not silent. Every series is looked at as of the grace before
 * the partition's event time, when nothing of then is taken in any more.
 *
 * 1. Looks are at the last millisecond of each minute, whichever readings have moved the partition's time over it. What they find is so a function of
 *    the readings, in whatever order they came within the grace, and it is never revised. It is what would have been found in order without a grace, the grace later.
 * 2. A tick moves the looks too, past readings that may still come: these are taken in, and what was told by then stands.
 * 3. Nothing is looked for more than a day after the newest reading of the partition.
 */
export function silenceInGrace(memory: Memory, capacity: number): Stage<Frame & Aligned, Silences> {
  const grace = memory.imagesEvery;
  const gaps = new SettledGaps(memory, capacity);
  const clock = memory.partition('silence.clock', 'f64');
  const watermark = memory.partition('silence.newest', 'f64');

  /** Finds which series are silent at this time; where nothing has come for too long, the first time of a look at which that is over, else undefined. */
  function look(time: number, after: number, silent: Silent[], looks: Look[]): number | undefined {
    const settled = Math.min(time, memory.view().f64[watermark.at(0)]! - grace);
    let newest = -Infinity;
    for (const series of memory.rows) {
      gaps.settle(series, settled);
      newest = Math.max(newest, gaps.newest(series, time));
    }
    if (time - newest > LONGEST) return nextReading(time);
    looks.push({ time, after });
    for (const series of memory.rows) {
      const since = gaps.newest(series, time);
      if (since === -Infinity) continue;
      const score = gaps.rarity(series, time - since);
      if (!(score > LEAST)) continue;
      const readings = gaps.readings(series);
      silent.push({ series, name: memory.name(series), time, since, score, after, readings });
    }
    return undefined;
  }

  function nextReading(time: number): number {
    let next = Infinity;
    for (const series of memory.rows) {
      const first = gaps.first(series);
      if (first > time) next = Math.min(next, first);
    }
    return next;
  }

  return stage(({ length: n, series, time, command, revisions }: Frame & Aligned) => {
    const silent: Silent[] = [];
    const looks: Look[] = [];
    memory.touchPartition();
    const { f64 } = memory.view();
    const move = (to: number, after: number): void => {
      const before = f64[clock.at(0)]!;
      if (before !== 0 && to <= before) return;
      f64[clock.at(0)] = to;
      if (before === 0) return;
      for (let at = lookBy(before - grace) + LOOK_EVERY; at <= to - grace; at += LOOK_EVERY) {
        const next = look(at, after, silent, looks);
        // one look before, for the loop goes on by one
        if (next !== undefined) at = Math.max(at, lookBy(next - 1));
      }
    };
    for (let i = 0; i < n; i++) {
      if (revisions!.again[i] === 1) continue;
      gaps.take(series[i]!, time[i]!);
      const newest = f64[watermark.at(0)]!;
      if (newest === 0 || time[i]! > newest) f64[watermark.at(0)] = time[i]!;
      move(time[i]!, i);
    }
    if (command?.kind === 'tick') move(command.time, -1);
    return { silent, looks };
  });
}

/** Time of the last look by this time. */
function lookBy(time: number): number {
  return Math.floor((time + 1) / LOOK_EVERY) * LOOK_EVERY - 1;
}
