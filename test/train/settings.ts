import { loadSettings } from '../../src/config/load.ts';
import { TrainSettings } from '../../src/train/settings.ts';

/** Settings of a small, quick training on such a file. */
export function quickSettings(path: string, ...set: string[]): TrainSettings {
  return loadSettings(TrainSettings, {
    defaults: {
      input: { kind: 'file', paths: [path], decode: { format: 'csv', values: ['value'] } },
      model: { hidden: 8, horizon: 4 },
      train: { steps: 16, epochs: 4, batch: 16, threads: 1 },
    },
    set,
  });
}
