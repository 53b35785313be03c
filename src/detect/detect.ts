import type { Aligned } from '../align/align.ts';
import { Told } from '../align/told.ts';
import type { Frame } from '../frame.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { ForecastSettings } from '../forecast/settings.ts';
import { ForecastState } from '../forecast/state.ts';
import { DRIFT, trackDrift, usualSize } from '../learn/drift.ts';
import { fromBfloat16 } from '../maths/bfloat16.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import { type Stage, stage } from '../stage.ts';

/** Columns that `detect` adds, [n × T] each: one number for each channel that is forecast. Of one that was not observed nothing is said. */
export interface Detected {
  /** 1 where the reading lies outside the 99 % band that was issued for it at the nearest horizon. */
  readonly anomalous: Uint8Array;
  /** How far outside: distance to the middle of the band over its half-width; NaN where there was no band. */
  readonly score: Float64Array;
  /** The forecast and the band it is held against. */
  readonly expected: Float64Array;
  readonly outerLo: Float64Array;
  readonly outerHi: Float64Array;
  /** 1 where the errors of the nearest horizon have been found to have grown, -1 to have shrunk, else 0; see `trackDrift`. */
  readonly drift: Int8Array;
  /** Mean |value − expected| over the 2,000 readings or so before this one, since the last drift (0: there were none); NaN where nothing is held against it. */
  readonly usualError: Float64Array;
  /** What was told of the reading before a late one came, and is not any more: bits of `TAKEN_BACK`. Where late readings are taken in. */
  readonly takenBack?: Uint8Array;
}

/** What may be taken back. */
export const TAKEN_BACK = { anomaly: 1, driftUp: 2, driftDown: 4 } as const;

const DRIFT_BITS: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, TAKEN_BACK.driftUp],
  [-1, TAKEN_BACK.driftDown],
]);

/** Steps of a channel before the first anomaly. */
const WARM_UP = 200;

/** Marks the readings outside the 99 % band of the forecast at the nearest horizon, and those at which its errors have changed in size. */
export function detect(
  memory: Memory,
  model: Model,
  settings: ForecastSettings,
): Stage<Frame & Aligned & Forecasted, Detected> {
  const { plan, base, past, issued } = new ForecastState(memory, model, settings);
  const { channels, targets } = plan;
  const nearest = plan.horizons[0]!;
  const drifts = memory.series('drift', 'f64', DRIFT * channels);
  const told = Told.of(memory, 'detect', channels);
  return stage((frame: Frame & Aligned & Forecasted) => {
    const { length: n, channels: width, series, value, index, revisions } = frame;
    const { u16, f32, f64 } = memory.view();
    const anomalous = new Uint8Array(n * channels);
    const score = new Float64Array(n * channels).fill(NaN);
    const expected = new Float64Array(n * channels).fill(NaN);
    const outerLo = new Float64Array(n * channels).fill(NaN);
    const outerHi = new Float64Array(n * channels).fill(NaN);
    const drift = new Int8Array(n * channels);
    const usualError = new Float64Array(n * channels).fill(NaN);
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const before = index[i]! - nearest;
      for (let c = 0; c < channels; c++) {
        const y = value[i * width + targets[c]!]!;
        if (Number.isNaN(y) || !issued.has(row, c, before)) continue;
        const at = i * channels + c;
        const unit = base.unit(row, c);
        const yhat = issued.value(row, c, before) + unit * f32[issued.moves(row, c, before)]!;
        const reach = issued.outer(row, c, before);
        const hi = yhat + unit * fromBfloat16(u16[reach]!);
        const lo = yhat - unit * fromBfloat16(u16[reach + 1]!);
        expected[at] = yhat;
        if (base.age(row, c) > 0) {
          const driftAt = drifts.at(row) + c * DRIFT;
          usualError[at] = Math.min(Number.MAX_VALUE, unit * usualSize(f64, driftAt));
          drift[at] = trackDrift(f64, driftAt, (y - yhat) / unit);
        }
        if (Number.isNaN(lo) || Number.isNaN(hi)) continue;
        outerLo[at] = lo;
        outerHi[at] = hi;
        const half = (hi - lo) / 2;
        if (half > 0) score[at] = Math.abs(y - (hi + lo) / 2) / half;
        if (past.age(row, c, before) >= WARM_UP && (y < lo || y > hi)) anomalous[at] = 1;
      }
    }
    const columns = { anomalous, score, expected, outerLo, outerHi, drift, usualError };
    if (!told || !revisions) return columns;
    const takenBack = new Uint8Array(n * channels);
    for (let at = 0; at < takenBack.length; at++) {
      const i = Math.floor(at / channels);
      const bits = (anomalous[at] === 1 ? TAKEN_BACK.anomaly : 0) | DRIFT_BITS.get(drift[at]!)!;
      takenBack[at] = told.tell(series[i]!, revisions.place[i]!, at % channels, bits);
    }
    return { ...columns, takenBack };
  });
}
