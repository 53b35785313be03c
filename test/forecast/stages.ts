import type { Observable } from 'rxjs';
import { align, AlignSettings } from '../../src/align/align.ts';
import { recur } from '../../src/cell/recur.ts';
import { forecast } from '../../src/forecast/forecast.ts';
import { furtherBands } from '../../src/forecast/further-bands.ts';
import { score } from '../../src/forecast/score.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import type { Frame } from '../../src/frame.ts';
import { learn } from '../../src/learn/learn.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel, type Model, type Origin } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { scale, ScaleSettings } from '../../src/scale/scale.ts';
import { frameOf, type TestReading, through } from '../frames.ts';

/** The stages from `align` to `learn` over one Memory, and `push`, which sends readings through them as one frame. */
export function stagesOf(
  options: {
    horizon?: number;
    hidden?: number;
    channels?: number;
    learn?: string;
    forecast?: object;
    align?: object;
    cell?: string;
    origin?: Origin;
  } = {},
) {
  const { horizon = 6, hidden = 4, channels = 1 } = options;
  const memory = new Memory();
  const seeded = createModel(
    ModelSettings.parse({ hidden, horizon, ...(options.cell && { cell: options.cell }) }),
    channels,
  );
  const model: Model = { ...seeded, origin: options.origin ?? 'seed' };
  const settings = ForecastSettings.parse({ learn: options.learn ?? 'head', ...options.forecast });
  const stages = [
    align(memory, AlignSettings.parse(options.align ?? {})),
    scale(memory, channels, ScaleSettings.parse({})),
    recur(memory, model, settings),
    forecast(memory, model, settings),
    furtherBands(memory, model, settings),
    score(memory, model, settings),
    learn(memory, model, settings),
  ] as const;
  const all = (source: Observable<Frame>) => source.pipe(...stages);
  return {
    memory,
    model,
    settings,
    push: (...readings: readonly TestReading[]) => through(all, frameOf(memory, readings)),
  };
}
