import type { Aligned } from '../align/align.ts';
import type { Frame } from '../frame.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import { Issued } from '../forecast/issued.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import { type Stage, stage } from '../stage.ts';

/** Columns that `detect` adds, [n × channels] each. */
export interface Detected {
  /** 1 where the reading lies outside the 99 % band that was issued one step before. */
  readonly anomalous: Uint8Array;
  /** How far outside: distance to the middle of the band over its half-width; NaN where there was no band. */
  readonly score: Float64Array;
  /** The forecast and the band it is held against. */
  readonly expected: Float64Array;
  readonly outerLo: Float64Array;
  readonly outerHi: Float64Array;
}

/** Readings of a series before the first anomaly. */
const WARM_UP = 200;

/** Marks the readings outside the 99 % band of the forecast issued one step before. */
export function detect(memory: Memory, model: Model): Stage<Frame & Aligned & Forecasted, Detected> {
  const { channels, horizon } = model;
  const issued = new Issued(memory, channels, horizon);
  return stage(({ length: n, series, value, index }: Frame & Aligned & Forecasted) => {
    const { f64 } = memory.view();
    const anomalous = new Uint8Array(n * channels);
    const score = new Float64Array(n * channels).fill(NaN);
    const expected = new Float64Array(n * channels).fill(NaN);
    const outerLo = new Float64Array(n * channels).fill(NaN);
    const outerHi = new Float64Array(n * channels).fill(NaN);
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const before = index[i]! - 1;
      if (!issued.has(row, before)) continue;
      for (let c = 0; c < channels; c++) {
        const at = i * channels + c;
        const band = issued.outer(row, before, c);
        const lo = f64[band]!;
        const hi = f64[band + 1]!;
        expected[at] = f64[issued.yhat(row, before, c, 1)]!;
        if (Number.isNaN(lo) || Number.isNaN(hi)) continue;
        outerLo[at] = lo;
        outerHi[at] = hi;
        const y = value[at]!;
        const half = (hi - lo) / 2;
        if (half > 0) score[at] = Math.abs(y - (hi + lo) / 2) / half;
        if (before >= WARM_UP && (y < lo || y > hi)) anomalous[at] = 1;
      }
    }
    return { anomalous, score, expected, outerLo, outerHi };
  });
}
