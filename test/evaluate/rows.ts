import type { IssuedRow } from '../../src/evaluate/issued-rows.ts';
import { protocolFrom } from '../../src/evaluate/settings.ts';
import { Plan } from '../../src/evaluate/plan.ts';

const HOUR = 3_600_000;

/** What is forecast at step `index` for h steps ahead: ŷ and a band around it, where there is one. */
export type Forecaster = (index: number, h: number) => { yhat: number; lo?: number; hi?: number };

/** The rows of one series an hour apart; null where a step has no reading, NaN where it has none of the channel. Steps count from 1, rows from 0. */
export function rowsOf(
  values: readonly (number | null)[],
  horizons: readonly number[],
  forecast: Forecaster,
): IssuedRow[] {
  const rows: IssuedRow[] = [];
  values.forEach((value, i) => {
    if (value === null) return;
    const index = i + 1;
    const ahead = horizons.map((h) => forecast(index, h));
    rows.push({
      series: 's',
      channel: '',
      row: rows.length,
      time: index * HOUR,
      index,
      step: HOUR,
      value,
      horizons,
      yhat: Float64Array.from(ahead, ({ yhat }) => yhat),
      lo: Float64Array.from(ahead, ({ lo = NaN }) => lo),
      hi: Float64Array.from(ahead, ({ hi = NaN }) => hi),
      events: [],
    });
  });
  return rows;
}

/** A plan from flags as they are written. */
export function planOf(forecast: readonly number[], flags: Parameters<typeof protocolFrom>[0] = {}): Plan {
  return new Plan(protocolFrom(flags), forecast);
}
