import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import type { Alerted } from '../../src/alert/alert.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Judged } from '../../src/detect/judge.ts';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { protocolFrom } from '../../src/evaluate/settings.ts';
import { readColumn } from './files.ts';
import { probationOf, type ScoredFile, type Window } from './windows.ts';

export interface ScoreOptions {
  /** Whether the warm-up is the file's probation, as of NAB's detectors; else the product's own. */
  readonly isProbation: boolean;
  /** Settings of the pipeline, `path=value` each. */
  readonly set: readonly string[];
}

/** A file's scores, and what a reading took, µs (median). */
export interface Scored extends ScoredFile {
  readonly microseconds: number;
  /** The column `timestamp` as it is in the file. */
  readonly timestamps: readonly string[];
}

/**
 * The oddness of each row of a file, by the pipeline `anomaly-alerts` as it runs live: file source, decoder, all of its stages. Rows that are set aside
 * (repeated times, times that go back), those that nothing was said of, and those at which the alert stands already have 0: nobody is told again.
 */
export async function scoredFile(
  folder: string,
  name: string,
  windows: readonly Window[],
  { isProbation, set }: ScoreOptions,
): Promise<Scored> {
  const path = join(folder, name);
  const { time } = readColumn(path, 'value');
  const warmUp = Math.max(50, probationOf(time.length));
  const settings = loadSettings(anomalyAlerts.settings, {
    defaults: {
      ...anomalyAlerts.defaults,
      input: {
        kind: 'file',
        paths: [path],
        decode: { format: 'csv', seriesName: name, time: 'timestamp', values: ['value'] },
      },
      ...(isProbation && { novelty: { warmUp } }),
    },
    set,
  });
  const score = new Float64Array(time.length);
  let isFiring = false;
  const { speed } = await evaluate({
    pipeline: anomalyAlerts,
    settings,
    protocol: protocolFrom({}),
    missing: 'skip',
    onFrame(_, frame) {
      const { oddness, alerts } = frame as typeof frame & Judged & Alerted;
      for (let i = 0; i < frame.length; i++) {
        const turn = alerts.find(({ offset }) => offset === frame.offset[i])?.turn;
        if (!isFiring || turn === 'resolved') score[frame.offset[i]!] = oddness[i]! || 0;
        if (turn !== undefined) isFiring = turn === 'firing';
      }
    },
  });
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/);
  const column = header.split(',').indexOf('timestamp');
  const timestamps = lines.map((line) => line.split(',')[column]!);
  return { name, time, score, windows, timestamps, microseconds: speed.median ?? NaN };
}
