import { tap } from 'rxjs';
import type { Aligned } from '../align/align.ts';
import { cut, FAR } from '../forecast/base.ts';
import type { Detected } from '../detect/detect.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { ForecastSettings } from '../forecast/settings.ts';
import { placeBefore, ringPlace } from '../forecast/ring.ts';
import { ForecastState } from '../forecast/state.ts';
import type { Frame } from '../frame.ts';
import { fromBfloat16 } from '../maths/bfloat16.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { Stage } from '../stage.ts';
import { ownCellOf } from './own-cell.ts';

/** What `detect` says, where it stands before this stage. */
type Told = Partial<Pick<Detected, 'anomalous' | 'drift'>>;

/**
 * Learns from the targets that have come with this reading, and from nothing else.
 *
 * 1. For each horizon h the forecast of step t − h has matured: its error moves the bands.
 * 2. `learn: head`: the experts are blamed for what they said at t − h, and the readouts' weights move by the gain of φ_{t-h} × the
 *    innovation of today's weights on it. Not where the series has stood still for 1,000 readings:
 *    that says nothing of how it moves.
 * 3. Then the readouts take in φ_t, which gives the gain that the errors of t + h will use.
 * 4. `learnFrom: usual`: nothing is learned from a reading that `detect` has marked; the bands see it all the same. `onDrift: relearn`: where
 *    the errors have grown, the readouts trust what they have learned no more than at the beginning.
 * 5. A channel that was not observed brings no target. φ_t, of its last value, is taken in, for the targets of what was forecast from it:
 *    of a noisy day's shape of which 30 % are missing that makes errors 24, 16 and 6 % smaller, 1, 3 and 6 steps ahead.
 * 6. `learn: full`: the series' own cell learns too (see OwnCell).
 */
export function learn(
  memory: Memory,
  model: Model,
  settings: ForecastSettings,
): Stage<Frame & Aligned & Forecasted & Told, object> {
  const { plan, base, past, issued, bands, outer, learners } = new ForecastState(memory, model, settings);
  const { channels, targets, horizons } = plan;
  const Q = horizons.length;
  const own = ownCellOf(memory, model, settings);

  return (source) => source.pipe(tap((frame) => learnFrom(frame)));

  function learnFrom(frame: Frame & Aligned & Forecasted & Told): void {
    const { length: n, channels: width, series, value, index, anomalous, drift } = frame;
    const { u16, i32, f32, f64 } = memory.view();
    const movedAt = learners ? learners.workspace.moved / 8 : 0;
    const placesAt = learners ? learners.workspace.places / 4 : 0;
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const k = index[i]!;
      const now = ringPlace(k, issued.ring);
      for (let c = 0; c < channels; c++) {
        const y = value[i * width + targets[c]!]!;
        const unit = base.unit(row, c);
        const age = base.age(row, c);
        if (Number.isNaN(y)) {
          if (age > 0) for (const readout of learners?.readouts ?? []) readout.takeIn(row, c, k);
          continue;
        }
        const isPassedOver = settings.learnFrom === 'usual' && anomalous?.[i * channels + c] === 1;
        const isLearning = learners && age > 0 && !base.isAsleep(row, c) && !isPassedOver;
        const stamps = issued.stamps(row, c);
        const values = issued.values(row, c);
        const [moves, reaches] = [issued.moves(row, c, 0), issued.reaches(row, c, 0)];
        for (let q = 0; q < Q; q++) {
          const h = horizons[q]!;
          const place = placeBefore(now, h, issued.ring);
          if (isLearning) {
            i32[placesAt + q] = place;
            f64[movedAt + q] = NaN;
          }
          if (k <= h || f64[stamps + place] !== k - h) continue;
          const p = place * channels;
          const moved = y - f64[values + p]!;
          const error = moved - unit * f32[moves + p * Q + q]!;
          const reach = reaches + 2 * (p * Q + q);
          const [above, below] = [unit * fromBfloat16(u16[reach]!), unit * fromBfloat16(u16[reach + 1]!)];
          bands.take(row, c, q, error, above, below);
          if (q === 0) {
            const far = issued.outer(row, c, k - h);
            outer.take(row, c, 0, error, unit * fromBfloat16(u16[far]!), unit * fromBfloat16(u16[far + 1]!));
          }
          if (isLearning && age > h) f64[movedAt + q] = cut(moved / unit, FAR);
        }
        if (!learners || age === 0) continue;
        if (isLearning) {
          learners.experts.blame(row, c);
          for (const readout of learners.readouts) readout.learn(row, c);
        }
        const isToRelearn = settings.onDrift === 'relearn' && drift?.[i * channels + c] === 1;
        for (const readout of learners.readouts) {
          if (isToRelearn) readout.loosen(row, c);
          readout.takeIn(row, c, k);
        }
      }
      own?.learn(row, k, base, past);
    }
  }
}
