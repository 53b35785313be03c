import type { Aligned } from '../align/align.ts';
import { BAND, trackBand } from '../forecast/band.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import { Issued } from '../forecast/issued.ts';
import { Past } from '../forecast/past.ts';
import { P_START, Readout } from '../forecast/readout.ts';
import type { ForecastSettings } from '../forecast/settings.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import { type Stage, stage } from '../stage.ts';
import { dot, packedLength, rlsGain } from './rls.ts';

/** Forgetting factor of the readout. */
const LAMBDA = 0.9995;
/** Innovations are cut at this many times their mean size. */
const CUT = 4;
/** The weight of a new innovation in their mean size. */
const CUT_RATE = 0.01;

/**
 * Learns from the targets that have come with this reading, and from nothing else.
 *
 * 1. For each horizon h the forecast of step t − h has matured: its error moves the bands.
 * 2. `learn: head`: w_h += g_{t-h} × (innovation of today's weights on φ_{t-h}), the innovation cut at 4 × its mean size.
 * 3. Then P takes in φ_t and gives the gain g_t that the errors of t + h will use.
 */
export function learn(
  memory: Memory,
  model: Model,
  { learn: scope, bandRate }: ForecastSettings,
): Stage<Frame & Aligned & Forecasted, object> {
  const { channels, horizon, hidden } = model;
  const past = new Past(memory, channels);
  const issued = new Issued(memory, channels, horizon);
  const bands = memory.series('band.inner', 'f64', BAND * horizon * channels);
  const outer = memory.series('band.outer', 'f64', BAND * channels);
  const readout = scope === 'head' ? new Readout(memory, channels, hidden, horizon) : undefined;
  const work = new Float64Array(readout?.d ?? 0);
  const rls = { lambda: LAMBDA, start: P_START, traceLimit: P_START * (readout?.d ?? 0) };

  return stage(({ length: n, series, value, index }: Frame & Aligned & Forecasted) => {
    const { f32, f64 } = memory.view();
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const k = index[i]!;
      for (let c = 0; c < channels; c++) {
        const y = value[i * channels + c]!;
        for (let h = 1; h <= horizon; h++) {
          if (!issued.has(row, k - h)) continue;
          const error = y - f64[issued.yhat(row, k - h, c, h)]!;
          trackBand(f64, bands.at(row) + (c * horizon + h - 1) * BAND, error, 0.9, bandRate);
          if (h === 1) trackBand(f64, outer.at(row) + c * BAND, error, 0.99, bandRate);
          if (readout) moveWeights(readout, row, c, k, h, y);
        }
        if (readout) moveGain(readout, row, c, k);
      }
    }
    return {};

    function moveWeights(r: Readout, row: number, c: number, k: number, h: number, y: number): void {
      const base = r.base.at(row) + 4 * c;
      const unit = f64[base]!;
      if (unit === 0) return;
      const ring = (issued.place(k - h) * channels + c) * r.d;
      const phiAt = r.phi.at(row) + ring;
      const gainAt = r.gain.at(row) + ring;
      const wAt = r.W.at(row) + (c * horizon + h - 1) * r.d;
      const target = (y - past.value(row, c, k - h, k, y)) / unit;
      const innovation = target - dot(f32, wAt, f32, phiAt, r.d);
      const usual = f64[base + 3]!;
      const limit = usual > 0 ? CUT * usual * Math.sqrt(h) : Infinity;
      const cut = Math.max(-limit, Math.min(limit, innovation));
      if (h === 1) {
        f64[base + 3] = usual === 0 ? Math.abs(cut) : usual + CUT_RATE * (Math.abs(cut) - usual);
      }
      for (let j = 0; j < r.d; j++) f32[wAt + j] = f32[wAt + j]! + f32[gainAt + j]! * cut;
    }

    function moveGain(r: Readout, row: number, c: number, k: number): void {
      if (f64[r.base.at(row) + 4 * c] === 0) return;
      const ring = (issued.place(k) * channels + c) * r.d;
      const pAt = r.P.at(row) + packedLength(r.d) * c;
      rlsGain(f32, pAt, r.d, f32, r.phi.at(row) + ring, f32, r.gain.at(row) + ring, rls, work);
    }
  });
}
