import type { FanColumns } from './history.ts';

/** Time, yhat, lo, hi. */
const WIDTH = 4;

/**
 * The newest forecast of each horizon of many series: one table a horizon, a row a series, so that 100,000 series take some megabytes.
 */
export class Fans {
  /** By horizon: [rows × 4], time 0 where nothing was forecast yet. */
  readonly #tables = new Map<string, Float64Array>();

  /** A forecast takes the place of one with an earlier target, or with the same. */
  put(row: number, h: string, forecast: readonly [time: number, yhat: number, lo: number, hi: number]): void {
    const table = this.#tableOf(h, row);
    if (forecast[0] >= table[row * WIDTH]!) table.set(forecast, row * WIDTH);
  }

  /** Of this row nothing is forecast any more. */
  clear(row: number): void {
    for (const table of this.#tables.values()) table.fill(0, row * WIDTH, (row + 1) * WIDTH);
  }

  /** What is forecast for times after `after`. */
  beyond(row: number, after: number): FanColumns {
    const found = [...this.#tables.values()]
      .map((table) => table.subarray(row * WIDTH, (row + 1) * WIDTH))
      .filter(([time = 0]) => time > after)
      .toSorted((a, b) => a[0]! - b[0]!);
    const column = (place: number): number[] => found.map((forecast) => forecast[place]!);
    return { time: column(0), yhat: column(1), lo: column(2), hi: column(3) };
  }

  #tableOf(h: string, row: number): Float64Array {
    let table = this.#tables.get(h);
    if (table === undefined || (row + 1) * WIDTH > table.length) {
      const grown = new Float64Array(Math.max(32, 2 * row) * WIDTH);
      if (table !== undefined) grown.set(table);
      table = grown;
      this.#tables.set(h, table);
    }
    return table;
  }
}
