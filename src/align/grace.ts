import { addToAccount } from '../account.ts';
import type { DeadLetter, Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import type { Aligned } from './align.ts';
import { type EventTime, newer } from './event-time.ts';
import type { Gaps } from './gaps.ts';
import type { Late } from './late.ts';
import { refusedReading } from './refused-reading.ts';
import { AlignedRows } from './rows.ts';
import type { Steps } from './steps.ts';
import { waveOf } from './waves.ts';

/** What the rows of a partition are aligned by. */
export interface GraceParts {
  readonly memory: Memory;
  readonly account: Slot;
  readonly time: EventTime;
  readonly steps: Steps;
  readonly late: Late;
  readonly gaps: Gaps;
}

/**
 * Aligns a frame of a pipeline that takes late readings in.
 *
 * 1. Whoever asks for the next wave has taken the one before through all stages: topologies are synchronous. So what Memory holds of a series is the
 *    row after all readings that were given out before, which is what an image is to be of.
 * 2. A late reading takes its series back to an image. The readings since go through all stages again, a wave of one row each: those before the
 *    late one as they did before, that one for the first time, and those after it with its `revision`. Rows that came before it in the frame have
 *    gone through all stages by then.
 * 3. The first wave carries the records, and each the dead letters that have come by then.
 */
export function* alignInGrace<F extends Frame>(frame: F, parts: GraceParts): Generator<F & Aligned> {
  const { memory, account, time, steps, late, gaps } = parts;
  const { length: n, channels, series, value } = frame;
  memory.touchPartition();
  let rows = new AlignedRows();
  let dead: DeadLetter[] = [...frame.dead];
  const pending = new Set<number>();
  const counts = { used: 0, duplicate: 0, late: 0 };
  let newest = time.watermark;
  let isFirst = true;

  function wave(): F & Aligned {
    const made = waveOf(
      frame,
      rows,
      { dead, gaps, isAggregate: false, isInTurn: false, isRevising: true },
      0,
      rows.length,
      true,
    );
    const records = isFirst ? frame.records : 0;
    isFirst = false;
    rows = new AlignedRows();
    dead = [];
    pending.clear();
    return { ...made, records };
  }

  function put(i: number, t: number, values: Float64Array, from: number): void {
    const row = series[i]!;
    late.pass(row, t);
    rows.from.push(i);
    for (let c = 0; c < channels; c++) rows.value.push(values[from + c]!);
    steps.take(row, t, rows);
  }

  for (let i = 0; i < n; i++) {
    const row = series[i]!;
    const t = frame.time[i]!;
    const from = i * channels;
    const refusal = late.refusal(row, t, newest);
    if (refusal) {
      counts[refusal.reason]++;
      dead.push(refusedReading(frame, i, refusal));
      continue;
    }
    counts.used++;
    newest = newer(newest, t);
    const last = steps.last(row);
    const isLate = last !== undefined && t < last;
    if (pending.has(row) || (isLate && rows.length > 0)) yield wave();
    memory.touch(row);
    if (!isLate) {
      rows.place.push(late.keep(row, t, value, from));
      rows.revision.push(0);
      rows.again.push(0);
      rows.isNewest.push(1);
      put(i, t, value, from);
      pending.add(row);
      continue;
    }
    let revision = 0;
    for (const reading of late.goBack(row, t, value, from)) {
      if (reading.isLate) revision = frame.offset[i]! + 1;
      rows.place.push(reading.place);
      rows.revision.push(revision);
      rows.again.push(reading.isLate ? 0 : 1);
      rows.isNewest.push(reading.time === last ? 1 : 0);
      put(i, reading.time, reading.value, 0);
      yield wave();
    }
  }
  time.move(newest, frame.command);
  addToAccount(memory, account, counts);
  if (isFirst || rows.length > 0 || dead.length > 0) yield wave();
}
