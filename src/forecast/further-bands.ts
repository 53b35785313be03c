import type { Aligned } from '../align/align.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import { type Stage, stage } from '../stage.ts';
import type { Forecasted } from './forecast.ts';
import type { ForecastSettings } from './settings.ts';
import { ForecastState } from './state.ts';

/** Columns that `furtherBands` adds. Index of the b-th level of the c-th of T targets and the q-th horizon in a row i: ((i × T + c) × Q + q) × B + b. */
export interface FurtherBands {
  /** Coverages of the bands, ascending; B of them, that of `lo` and `hi` among them. */
  readonly levels: readonly number[];
  /** [n × T × Q × B] NaN while there are none. Each band holds the one of the level before. */
  readonly los: Float64Array;
  readonly his: Float64Array;
}

/**
 * The bands of all levels, `forecast.levels` and `forecast.level`, of what `forecast` has just said. Its place is right behind `forecast`: `learn`
 * moves the widths on.
 */
export function furtherBands(
  memory: Memory,
  model: Model,
  settings: ForecastSettings,
): Stage<Frame & Aligned & Forecasted, FurtherBands> {
  const { plan, base, issued, bands, workspace } = new ForecastState(memory, model, settings);
  const { channels, horizons, levels } = plan;
  const Q = horizons.length;
  const wide = Q * levels.length;

  return stage(({ length: n, series, index, yhat }: Frame & Aligned & Forecasted) => {
    const { f64 } = memory.view();
    const told = workspace.told(1);
    const { further, kernel } = workspace;
    const los = new Float64Array(n * channels * wide).fill(NaN);
    const his = los.slice();
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      for (let c = 0; c < channels; c++) {
        const place = i * channels + c;
        if (Number.isNaN(yhat[place * Q]!)) continue;
        const [k, y, unit] = [index[i]!, base.last(row, c), base.unit(row, c)];
        const [moves, reaches] = [issued.moves(row, c, k), issued.reaches(row, c, k)];
        bands.tell(row, c, y, unit, moves, reaches, 0, told, kernel, further);
        los.set(f64.subarray(further.los / 8, further.los / 8 + wide), place * wide);
        his.set(f64.subarray(further.his / 8, further.his / 8 + wide), place * wide);
      }
    }
    return { levels, los, his };
  });
}
