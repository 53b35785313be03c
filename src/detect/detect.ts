import type { Aligned } from '../align/align.ts';
import { Told } from '../align/told.ts';
import type { Frame } from '../frame.ts';
import { blocksOf } from '../forecast/block.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { ForecastSettings } from '../forecast/settings.ts';
import { ForecastState } from '../forecast/state.ts';
import { DRIFT } from '../learn/drift.ts';
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

/** Marks the readings outside the 99 % band of the forecast at the nearest horizon, and those at which its errors have changed in size. */
export function detect(
  memory: Memory,
  model: Model,
  settings: ForecastSettings,
): Stage<Frame & Aligned & Forecasted, Detected> {
  const state = new ForecastState(memory, model, settings);
  const { plan, workspace } = state;
  const { channels } = plan;
  const drifts = memory.series('drift', 'f64', DRIFT * channels);
  const told = Told.of(memory, 'detect', channels);
  return stage((frame: Frame & Aligned & Forecasted) => {
    const { length: n, series, revisions } = frame;
    const { kept } = state;
    const { f64 } = memory.view();
    const anomalous = new Uint8Array(n * channels);
    const [score, expected, outerLo, outerHi, usualError] = Array.from(
      { length: 5 },
      () => new Float64Array(n * channels),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    const drift = new Int8Array(n * channels);
    for (const { table, first, count, found } of blocksOf(memory, plan, workspace, frame)) {
      const length = count * channels;
      workspace.kernel.detectRows(kept, table, count, drifts.offset, found, 8 * length);
      [anomalous, score, expected, outerLo, outerHi, drift, usualError].forEach((column, k) => {
        const from = found / 8 + k * length;
        column.set(f64.subarray(from, from + length), first * channels);
      });
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
