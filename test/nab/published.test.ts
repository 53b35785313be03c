import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readLabels } from '../../src/evaluate/alerts/labels.ts';
import { filesIn, readResults } from './files.ts';
import { PROFILES } from './profiles.ts';
import { NabScorer } from './score.ts';

/** A folder with NAB's `data`, `labels` and `results` of 32 of its files. */
const folder = process.env['FORETIDE_NAB_DATA'];
if (folder === undefined)
  console.warn(
    'Skipped: the scorer against stored results of NAB. FORETIDE_NAB_DATA=FOLDER (with data, labels, results) runs it.',
  );

/** What NAB's own scorer makes of these 32 files (61 windows), each with its best threshold of each profile. */
const PUBLISHED = [
  ['ARTime', [78.4, 70.3, 83.4]],
  ['numenta', [70.9, 65.3, 75.3]],
  ['windowedGaussian', [34.3, 20.0, 43.5]],
] as const;

describe('stored results of published detectors', () => {
  test('are of three detectors', () => expect(PUBLISHED.length).toBe(3));

  test.each(folder === undefined ? [] : PUBLISHED)(
    '%s scores %s',
    { timeout: 60_000 },
    (detector, expected) => {
      const names = filesIn(join(folder!, 'data'));
      expect(names.length).toBe(32);
      const labels = readLabels(join(folder!, 'labels/combined_windows.json'));
      const scorer = new NabScorer(readResults(join(folder!, 'results', detector), names, labels));
      const scores = PROFILES.map((profile) => scorer.best(profile));
      expect(scores[0]!.windows).toBe(61);
      expect(scores.map(({ score }) => Math.round(score * 10) / 10)).toEqual(expected);
    },
  );
});
