import type { Points } from '../sink/points.ts';
import type { EventColumns } from './history.ts';

export function noEvents(): EventColumns {
  return { time: [], kind: [], h: [], value: [], expected: [] };
}

/** Adds a row of a group of events where it belongs by its time. One that is there already is a repetition. */
export function addEvent(columns: EventColumns, { time, tags, fields }: Points, row: number): void {
  const at = time[row]!;
  const { kind = '', h = '' } = tags;
  const place = columns.time.findLastIndex((other) => other <= at) + 1;
  for (let i = place - 1; i >= 0 && columns.time[i] === at; i--) {
    if (columns.kind[i] === kind && columns.h[i] === h) return;
  }
  columns.time.splice(place, 0, at);
  columns.kind.splice(place, 0, kind);
  columns.h.splice(place, 0, h);
  columns.value.splice(place, 0, fields['value']?.[row] ?? NaN);
  columns.expected.splice(place, 0, fields['expected']?.[row] ?? NaN);
}

/** Those of the rows that `isKept` wants. */
export function eventsWhere(columns: EventColumns, isKept: (row: number) => boolean): EventColumns {
  const rows = [...columns.time.keys()].filter(isKept);
  const pick = <T>(column: readonly T[]): T[] => rows.map((row) => column[row]!);
  return {
    time: pick(columns.time),
    kind: pick(columns.kind),
    h: pick(columns.h),
    value: pick(columns.value),
    expected: pick(columns.expected),
  };
}
