import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { novelty } from '../../src/detect/novelty.ts';
import { NoveltySettings } from '../../src/detect/novelty-settings.ts';
import { Memory } from '../../src/memory/memory.ts';
import { frameOf, through } from '../frames.ts';
import { readLabels } from '../../src/evaluate/alerts/labels.ts';
import { filesIn, readColumn } from './files.ts';
import { heldOut } from './held-out.ts';
import { PROFILES } from './profiles.ts';
import { NabScorer } from './score.ts';
import { probationOf, type ScoredFile } from './windows.ts';

/** A folder with NAB's `data` and `labels`. */
const folder = process.env['FORETIDE_NAB_DATA'];
if (folder === undefined)
  console.warn('Skipped: novelty on NAB. FORETIDE_NAB_DATA=FOLDER (with data, labels) runs it.');

/** All files with the scores of the stage `novelty`. */
function scored(warmUpOf: (rows: number) => number): ScoredFile[] {
  const labels = readLabels(join(folder!, 'labels/combined_windows.json'));
  return filesIn(join(folder!, 'data')).map((name) => {
    const { time, values } = readColumn(join(folder!, 'data', name), 'value');
    const memory = new Memory();
    const settings = NoveltySettings.parse({ warmUp: warmUpOf(values.length) });
    const operator = novelty(memory, 1, settings);
    const readings = [...values].map((value, i) => ['a', time[i]!, value] as const);
    const [out] = through(operator, frameOf(memory, readings));
    const score = out!.novelty;
    memory.release();
    return { name, time, score, windows: labels.get(name) ?? [] };
  });
}

/** What 32 of NAB's files give, rounded down: each profile with its best threshold, and the standard one held out by category. */
const REACHED = [
  ['the default', () => NoveltySettings.parse({}).warmUp, [74, 64, 79], 70],
  ["NAB's probation", probationOf, [76, 67, 82], 72],
] as const;

describe('novelty on NAB', () => {
  test('has the warm-up of the product, and that of NAB', () =>
    expect(REACHED.map(([, warmUpOf]) => warmUpOf(1000))).toEqual([400, 150]));

  test.each(folder === undefined ? [] : REACHED)(
    'with %s as warm-up',
    { timeout: 60_000 },
    (name, warmUpOf, best, held) => {
      const files = scored(warmUpOf);
      const scorer = new NabScorer(files);
      const line = (scores: readonly { readonly score: number }[]): string =>
        scores.map(({ score }) => score.toFixed(1)).join(' / ');
      const reached = PROFILES.map((profile) => scorer.best(profile));
      const others = PROFILES.map((profile) => heldOut(files, profile));
      console.info(
        `${name}: best threshold ${line(reached)}; held out ${line(others)}; threshold 0.5 ${line(PROFILES.map((profile) => scorer.at(0.5, profile)))}`,
      );
      reached.forEach(({ score }, i) => expect(score).toBeGreaterThan(best[i]!));
      expect(others[0]!.score).toBeGreaterThan(held);
    },
  );
});
