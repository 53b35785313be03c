import { tap } from 'rxjs';
import type { Aligned } from '../align/align.ts';
import type { Detected } from '../detect/detect.ts';
import { blocksOf } from '../forecast/block.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { ForecastSettings } from '../forecast/settings.ts';
import { ForecastState } from '../forecast/state.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import { type Stage, stage } from '../stage.ts';
import { ownCellOf } from './own-cell.ts';

/** So many first targets of a horizon are passed over where they lie further away than the series is expected to move. */
const FIRST = 10;

/** The column that `learn` adds with `onDrift: relearn`. */
export interface Learned {
  /** [n × channels] 1 where the readouts trust what they have learned no more than at the beginning. */
  readonly relearned?: Uint8Array;
}

/** What `detect` says, where it stands before this stage. */
type Told = Partial<Pick<Detected, 'anomalous' | 'drift'>>;

/**
 * Learns from the targets that have come with this reading, and from nothing else.
 *
 * 1. For each horizon h the forecast of step t − h has matured: its error moves the bands.
 * 2. `learn: head`: the experts are blamed for what they said at t − h, and the readouts' weights move by the gain of φ_{t-h} × the
 *    innovation of today's weights on it. Not where the series has stood still for 1,000 readings:
 *    that says nothing of how it moves.
 *    Of the first ten targets of a horizon h those are passed over that lie further away than h times what the warm-up lets expect (see
 *    `Base.jolt`): there is no loss and no innovation yet that they could be cut by.
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
): Stage<Frame & Aligned & Forecasted & Told, Learned> {
  const state = new ForecastState(memory, model, settings);
  const { plan, base, past, issued, workspace, learners } = state;
  const { channels, targets, horizons, farthest } = plan;
  const Q = horizons.length;
  const own = ownCellOf(memory, model, settings);

  if (settings.onDrift === 'tell') return (source) => source.pipe(tap((frame) => learnFrom(frame)));
  return stage((frame: Frame & Aligned & Forecasted & Told) => {
    const relearned = new Uint8Array(frame.length * channels);
    learnFrom(frame, relearned);
    return { relearned };
  });

  function learnFrom(frame: Frame & Aligned & Forecasted & Told, relearned?: Uint8Array): void {
    const { kept } = state;
    for (const { table, count } of blocksOf(memory, plan, workspace, frame))
      workspace.kernel.trackRows(kept, table, count, settings.bandRate);
    if (!learners) return;
    const { length: n, channels: width, series, value, index, anomalous, drift } = frame;
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const k = index[i]!;
      for (let c = 0; c < channels; c++) {
        const y = value[i * width + targets[c]!]!;
        const unit = base.unit(row, c);
        const age = base.age(row, c);
        if (Number.isNaN(y)) {
          if (age > 0) for (const readout of learners.readouts) readout.takeIn(row, c, k);
          continue;
        }
        const isPassedOver = settings.learnFrom === 'usual' && anomalous?.[i * channels + c] === 1;
        if (age === 0) continue;
        if (!base.isAsleep(row, c) && !isPassedOver) {
          issued.mature(row, c, k, y, unit, age, workspace);
          if (age <= farthest + FIRST) passOverJolts(row, c, k, y, age);
          learners.experts.blame(row, c);
          for (const readout of learners.readouts) readout.learn(row, c);
        }
        const isToRelearn = relearned !== undefined && drift?.[i * channels + c] === 1;
        if (isToRelearn) relearned[i * channels + c] = 1;
        for (const readout of learners.readouts) {
          if (isToRelearn) readout.loosen(row, c);
          readout.takeIn(row, c, k);
        }
      }
      own?.learn(row, k, base, past);
    }
  }

  /** Of the targets that have come those are none that a young series is not expected to have moved to. */
  function passOverJolts(row: number, c: number, k: number, y: number, age: number): void {
    const { f64 } = memory.view();
    const jolt = base.jolt(row, c);
    const moved = workspace.moved / 8;
    for (let q = 0; q < Q; q++) {
      const h = horizons[q]!;
      if (age > h + FIRST || Number.isNaN(f64[moved + q]!)) continue;
      if (Math.abs(y - issued.value(row, c, k - h)) > h * jolt) f64[moved + q] = NaN;
    }
  }
}
