import type { Aligned } from '../align/align.ts';
import type { Recurred } from '../cell/recur.ts';
import type { Frame } from '../frame.ts';
import { dot, packedLength, resetP } from '../learn/rls.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { Scaled } from '../scale/scale.ts';
import { type Stage, stage } from '../stage.ts';
import { BAND, reachAbove, reachBelow } from './band.ts';
import { stepsOfDay, writeFeatures } from './features.ts';
import { Issued } from './issued.ts';
import { PAST, Past } from './past.ts';
import { MOVES, P_START, Readout, RESCALE, WARM_UP } from './readout.ts';
import type { ForecastSettings } from './settings.ts';

/** Columns that `forecast` adds. Index of channel c and horizon h = 1 … in a row i: (i × channels + c) × horizon + h − 1. */
export interface Forecasted {
  /** Steps ahead: 1 to this. */
  readonly horizon: number;
  /** [n × channels × horizon] */
  readonly yhat: Float64Array;
  /** [n × channels × horizon] 90 % band; NaN while there is none. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** [n] 1 where the target times are known and later than any forecast before, so that the forecasts may be written out. */
  readonly issued: Uint8Array;
}

/** A forecast strays at most this many units from the present value. */
const REACH = 12;

/**
 * Forecasts every channel 1 to `horizon` steps ahead, with bands, and leaves them in Memory until their targets come.
 *
 * 1. `learn: head`: ŷ_{t+h} = y_t + unit × w_h·φ_t with the series' own readout; the last value until that has warmed up.
 * 2. `learn: none`: the model's linear head on h_t, in the series' units.
 * 3. Target times are event time + h × sampling step and rise strictly by series and horizon, so no two forecasts share an
 *    identity. (They are linear in h: it is enough to look at the nearest and the farthest.)
 */
export function forecast(
  memory: Memory,
  model: Model,
  { learn }: ForecastSettings,
): Stage<Frame & Aligned & Scaled & Recurred, Forecasted> {
  const { channels, horizon, hidden: H } = model;
  const past = new Past(memory, channels);
  const issuedRing = new Issued(memory, channels, horizon);
  const bands = memory.series('band.inner', 'f64', BAND * horizon * channels);
  const outer = memory.series('band.outer', 'f64', BAND * channels);
  const target = memory.series('issued.target', 'f64', 2); // newest target times of the nearest and the farthest horizon
  const readout = learn === 'head' ? new Readout(memory, channels, H, horizon) : undefined;

  return stage((frame: Frame & Aligned & Scaled & Recurred) => {
    const { length: n, series, value, time, index, gap, step } = frame;
    const { f32, f64 } = memory.view();
    const yhat = new Float64Array(n * channels * horizon);
    const lo = new Float64Array(n * channels * horizon);
    const hi = new Float64Array(n * channels * horizon);
    const issued = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const k = index[i]!;
      issuedRing.stamp(row, k);
      for (let c = 0; c < channels; c++) {
        const at = i * channels + c;
        const y = value[at]!;
        past.push(row, c, k, gap[i]!, y);
        const first = at * horizon;
        if (readout) headOfSeries(readout, frame, i, c, yhat);
        else headOfModel(frame, i, c, yhat);
        const bandsAt = bands.at(row) + c * horizon * BAND;
        const keptYhat = issuedRing.yhat(row, k, c, 1);
        const keptBand = issuedRing.band(row, k, c, 1);
        for (let h = 0; h < horizon; h++) {
          const forecasted = yhat[first + h]!;
          const below = forecasted - reachBelow(f64, bandsAt + h * BAND);
          const above = forecasted + reachAbove(f64, bandsAt + h * BAND);
          lo[first + h] = below;
          hi[first + h] = above;
          f64[keptYhat + h] = forecasted;
          f64[keptBand + 2 * h] = below;
          f64[keptBand + 2 * h + 1] = above;
        }
        const outerAt = issuedRing.outer(row, k, c);
        const outerBand = outer.at(row) + c * BAND;
        f64[outerAt] = Math.min(lo[first]!, yhat[first]! - reachBelow(f64, outerBand));
        f64[outerAt + 1] = Math.max(hi[first]!, yhat[first]! + reachAbove(f64, outerBand));
      }
      const nearest = time[i]! + step[i]!;
      const farthest = time[i]! + horizon * step[i]!;
      const targetAt = target.at(row);
      const isFirst = f64[targetAt] === 0 && f64[targetAt + 1] === 0;
      if (step[i]! > 0 && (isFirst || (nearest > f64[targetAt]! && farthest > f64[targetAt + 1]!))) {
        f64[targetAt] = nearest;
        f64[targetAt + 1] = farthest;
        issued[i] = 1;
      }
    }
    return { horizon, yhat, lo, hi, issued };

    /** ŷ of all horizons by the series' own readout; also puts φ_t where `learn` will find it. */
    function headOfSeries(r: Readout, f: typeof frame, i: number, c: number, out: Float64Array): void {
      const row = f.series[i]!;
      const at = i * channels + c;
      const y = f.value[at]!;
      const k = f.index[i]!;
      const base = r.base.at(row) + 4 * c;
      const before = past.value(row, c, k - Math.max(1, f.gap[i]!), k, y);
      f64[base + 1] = f64[base + 1]! + 1;
      if (y !== before) f64[base + 2] = f64[base + 2]! + 1;
      const spread = f.spread[at]!;
      const unit = f64[base]!;
      const due = unit === 0 && f64[base + 1]! >= WARM_UP && f64[base + 2]! >= MOVES && spread > 0;
      if (due || (unit > 0 && (spread > unit * RESCALE || spread * RESCALE < unit) && spread > 0)) {
        f64[base] = spread;
        f64[base + 3] = 0;
        const pAt = r.P.at(row) + packedLength(r.d) * c;
        resetP(f32, pAt, r.d, P_START);
        f32.fill(0, r.W.at(row) + horizon * r.d * c, r.W.at(row) + horizon * r.d * (c + 1));
        f32.fill(0, r.gain.at(row), r.gain.at(row) + r.gain.width);
      }
      const ready = f64[base]! > 0;
      const phiAt = r.phi.at(row) + (issuedRing.place(k) * channels + c) * r.d;
      if (!ready) {
        f32.fill(0, phiAt, phiAt + r.d);
        out.fill(y, at * horizon, (at + 1) * horizon);
        return;
      }
      const u = f64[base]!;
      writeFeatures(f32, phiAt, {
        hidden: f.hidden,
        hiddenAt: i * H,
        width: H,
        past,
        row,
        channel: c,
        index: k,
        time: f.time[i]!,
        value: y,
        mean: f.mean[at]!,
        unit: u,
        day: stepsOfDay(f.step[i]!, PAST),
      });
      const wAt = r.W.at(row) + horizon * r.d * c;
      for (let h = 0; h < horizon; h++) {
        const move = dot(f32, wAt + h * r.d, f32, phiAt, r.d);
        out[at * horizon + h] = y + u * Math.max(-REACH, Math.min(REACH, move));
      }
    }

    /** ŷ of all horizons by the model's head. */
    function headOfModel(f: typeof frame, i: number, c: number, out: Float64Array): void {
      const { W, b } = model.head;
      const columns = channels * horizon;
      const column = c * horizon;
      const at = i * channels + c;
      const to = at * horizon;
      for (let h = 0; h < horizon; h++) out[to + h] = b[column + h]!;
      for (let j = 0; j < H; j++) {
        const h_j = f.hidden[i * H + j]!;
        for (let h = 0; h < horizon; h++) out[to + h] = out[to + h]! + h_j * W[j * columns + column + h]!;
      }
      for (let h = 0; h < horizon; h++) out[to + h] = f.mean[at]! + f.spread[at]! * out[to + h]!;
    }
  });
}
