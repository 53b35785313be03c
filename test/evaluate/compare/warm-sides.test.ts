import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import liveForecast from '../../../pipelines/live-forecast.ts';
import { compare } from '../../../src/evaluate/compare/compare.ts';
import { type ComparisonDocument, comparisonDocument } from '../../../src/evaluate/compare/document.ts';
import { sidesOf } from '../../../src/evaluate/compare/sides.ts';
import { beginningTold } from '../../../src/evaluate/compare/words.ts';
import type { Pipeline } from '../../../src/pipeline.ts';
import { run } from '../../../src/run/run.ts';
import { recording } from '../../cli/workplace.ts';

const pipeline = liveForecast as unknown as Pipeline;
const folder = mkdtempSync(join(tmpdir(), 'foretide-warm-sides-'));
afterAll(() => rmSync(folder, { recursive: true }));
const data = join(folder, 'data.csv');
writeFileSync(data, recording(900));
const FROM = '2026-01-12T00:00:00Z';
const defaults = {
  ...pipeline.defaults,
  input: {
    kind: 'file',
    paths: [data],
    pace: 'max',
    decode: { format: 'csv', series: 'sensor', values: ['value'] },
  },
  model: { hidden: 3, horizon: 3 },
  store: { path: join(folder, 'live.db') },
  snapshots: { every: '3d' },
  commit: { readings: 20 },
  page: { enabled: false },
};

const settingsOf = (set: readonly string[]) =>
  sidesOf(pipeline, { sources: { defaults, set: [...set] }, others: [''] });

/** A beside B from `FROM` on. */
async function compared(set: readonly string[], isWarm = true): Promise<ComparisonDocument> {
  const sides = settingsOf([...set, `input.from=${FROM}`]);
  const own = settingsOf(set).map(({ settings }) => settings);
  const made = await compare({ pipeline, sides, own: isWarm ? own : undefined });
  return comparisonDocument(made, pipeline.name, ['data']);
}

beforeAll(async () => {
  const running = await run({ pipeline, settings: settingsOf([])[0]!.settings });
  await running.finished;
  await running.stop();
});

// Seen to fail when a side without a snapshot begins empty at the range.
test('a side without a snapshot takes in what came before: one that differs in name alone does as well', async () => {
  const document = await compared(['B:maxStateBytes=123456789']);
  const [a, b] = document.sides.map(({ begins }) => begins);
  expect(a).toMatchObject([
    { partition: 0, at: 528, snapshot: { time: expect.stringMatching(/^2026-01-1/) } },
  ]);
  expect(b).toEqual([{ partition: 0, at: 528, snapshot: null }]);
  expect(document.verdicts[0]!.againstA).toMatchObject({ ratio: 1 });
  expect(document.data.firstTime).toBe('2026-01-12T00:00:00.000Z');
  const [one, two] = document.sides;
  expect([two!.readings, two!.targets]).toEqual([one!.readings, one!.targets]);
  expect(beginningTold(document.sides)).toMatch(
    /^All sides began with what they had learned of all that came before, which is not scored: A from snapshots of its live run, the oldest of 2026-01-1.*; B from the beginning of the input\.$/,
  );
});

test('without the flag, and where no side has a snapshot, all begin empty', async () => {
  const warm = await compared(['B:model.hidden=2']);
  const cold = await compared(['B:model.hidden=2'], false);
  const none = await compared(['forecast.level=0.8', 'B:model.hidden=2']);
  for (const document of [cold, none]) {
    expect(document.sides.map(({ begins }) => begins)).toEqual([[], []]);
    expect(beginningTold(document.sides)).toBe('All sides began with an empty state.');
  }
  const errorOf = ({ byHorizon }: ComparisonDocument, side: number) => byHorizon[0]!.sides[side]!.mae!;
  for (const side of [0, 1]) expect(errorOf(warm, side)).toBeLessThan(errorOf(cold, side));
  expect(warm.data.paired).toBe(cold.data.paired);
});
