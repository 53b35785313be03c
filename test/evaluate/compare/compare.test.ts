import { describe, expect, test } from 'vitest';
import liveForecast from '../../../pipelines/live-forecast.ts';
import type { ComparisonDocument } from '../../../src/evaluate/compare/document.ts';
import { comparisonPage } from '../../../src/evaluate/compare/page.ts';
import { verdictOf } from '../../../src/evaluate/compare/words.ts';
import { documentOf } from '../../../src/evaluate/document.ts';
import { evaluate } from '../../../src/evaluate/evaluate.ts';
import { runSettingsFrom } from '../../../src/evaluate/run-settings.ts';
import { protocolFrom } from '../../../src/evaluate/settings.ts';
import { seededRandom } from '../../../src/model/random.ts';
import { workplace } from '../../cli/workplace.ts';
import { compared } from './compared.ts';

const { write } = workplace();
const HOUR = 3_600_000;

/** Two series an hour apart for so many days: waves with noise; the first has a peak at the 900th hour. */
function waves(days: number): string {
  const random = seededRandom(3);
  const rows = Array.from({ length: days * 24 }, (_, i) => {
    const time = new Date(Date.UTC(2026, 0, 1) + i * HOUR).toISOString();
    const wave = 10 * Math.sin((i / 24) * 2 * Math.PI);
    const [a, b] = [wave + random() + (i === 900 ? 60 : 0), 5 * wave + 9 * random()];
    return `${time},a,${a.toFixed(3)}\n${time},b,${b.toFixed(3)}\n`;
  });
  return `time,sensor,value\n${rows.join('')}`;
}
const path = write('waves.csv', waves(50));

/** What may differ from run to run. */
function withoutSpeed({ speed: _, ...rest }: ComparisonDocument): object {
  return rest;
}

describe('sides that are alike', () => {
  test('have no difference, in errors, bands or alerts', async () => {
    const { document } = await compared({ name: 'anomaly-alerts', path });
    expect(document.data).toMatchObject({ records: 2400, series: 2, complete: true });
    for (const { sides } of document.byHorizon) {
      const [{ side: _, difference, againstA, ...a }, b] = sides as [(typeof sides)[0], (typeof sides)[0]];
      expect([difference, againstA]).toEqual([null, null]);
      expect(b).toEqual({ ...a, side: 'B', difference: 0, againstA: { ratio: 1, low: 1, high: 1 } });
    }
    const [verdict] = document.verdicts;
    expect(verdict).toMatchObject({ better: 0, worse: 0, improved: [], worsened: [] });
    expect(verdictOf(verdict!, document)).toBe('The errors of B are those of A, no more and no less.');
    const [ofA, ofB] = document.alerts!;
    expect(ofA!.alerts.length).toBeGreaterThan(0);
    expect(ofA!.alerts.every(({ like }) => like.join() === 'B')).toBe(true);
    expect(ofB!.alerts.map(({ like: _, ...alert }) => alert)).toEqual(
      ofA!.alerts.map(({ like: _, ...alert }) => alert),
    );
    expect(document.data.paired).toBe(document.sides[0]!.targets);
  });
});

describe('a crippled side', () => {
  const crippled = ['B:model.hidden=1', 'B:forecast.learn=none'];

  test('is told worse, surely, of every series and at every horizon', async () => {
    const { document } = await compared({ path, set: crippled });
    for (const { sides } of document.byHorizon) {
      expect(sides[1]!.difference).toBeGreaterThan(0);
      expect(sides[1]!.againstA!.low).toBeGreaterThan(1);
    }
    const [verdict] = document.verdicts;
    expect(verdict!.improved).toEqual([]);
    expect(verdict!.worsened.map(({ series }) => series).toSorted()).toEqual(['a', 'b']);
    expect(verdict!.better).toBe(0);
    expect(document.method).toMatchObject({ stretches: 50, days: 1 });
    expect(verdictOf(verdict!, document)).toMatch(
      /^The errors of B are [\d.]+ % larger than those of A \(95 % interval: \+[\d.]+ % to \+[\d.]+ %\)\. It was better in 0 and worse in 50 of 50 days\.$/,
    );
  });

  test('as A makes the other better by the same', async () => {
    const [one, two] = await Promise.all([
      compared({ path, set: crippled }),
      compared({ path, set: crippled.map((set) => set.replace('B:', 'A:')) }),
    ]);
    const [a, b] = [one, two].map(({ document }) => document.verdicts[0]!);
    expect(b!.againstA.ratio).toBeCloseTo(1 / a!.againstA.ratio!, 10);
    expect([b!.better, b!.worse]).toEqual([a!.worse, a!.better]);
    expect(b!.improved.map(({ series }) => series)).toEqual(a!.worsened.map(({ series }) => series));
  });
});

test('each side is scored as it is when it is evaluated by itself', async () => {
  const set = ['model.hidden=4', 'model.horizon=3'];
  const { document } = await compared({ set: ['B:model.hidden=2'] });
  for (const [i, hidden] of [4, 2].entries()) {
    const data = ['bundled:ambient_temperature_system_failure.csv'];
    const settings = await runSettingsFrom(liveForecast, { data, set: [...set, `model.hidden=${hidden}`] });
    const evaluated = await evaluate({
      pipeline: liveForecast,
      settings,
      protocol: protocolFrom({}),
      missing: 'skip',
    });
    const { scores } = documentOf(evaluated, 'live-forecast', data);
    expect(document.byHorizon.map(({ sides }) => sides[i]!)).toMatchObject(
      scores.byHorizon.map(({ mae, rmse, coverage, width, winkler, baselines }) => ({
        mae,
        rmse,
        coverage,
        width,
        winkler,
        ratioToLast: baselines.last.ratio,
      })),
    );
  }
});

test('with another threshold the alerts differ, and nothing else; those of one side alone are told with why', async () => {
  const { document } = await compared({
    name: 'anomaly-alerts',
    path,
    set: ['alerts.raise=0.7', 'B:alerts.raise=0.3', 'B:alerts.clear=0.1'],
  });
  expect(document.verdicts[0]!.againstA.ratio).toBe(1);
  const [a, b] = document.alerts!.map(({ alerts }) => alerts);
  expect(b!.length).toBeGreaterThan(a!.length);
  const alone = b!.filter(({ like }) => like.length === 0);
  expect(alone.length).toBeGreaterThan(0);
  for (const { why, series, since, firedAt } of alone) {
    expect(why).toMatch(/since 2026-/);
    expect(['a', 'b']).toContain(series);
    expect(firedAt >= since).toBe(true);
  }
  for (const { like } of a!) expect(like).toEqual(['B']);
});

test('commands of the live run take effect on all sides, in their places; rewinds are of that run alone', async () => {
  const of = (commands?: Parameters<typeof compared>[0]['commands']) =>
    compared({ name: 'anomaly-alerts', path, set: ['B:alerts.raise=0.3', 'B:alerts.clear=0.1'], commands });
  const without = (await of()).document.alerts!;
  const mute = { kind: 'mute', series: 'a', until: Date.UTC(2027, 0) } as const;
  const rewind = { kind: 'rewind', series: 'a', left: [0, 1] as [number, number], state: 'AAAA' } as const;
  const commands = [rewind, mute].map((command, i) => ({ number: i + 1, before: 1750, command }));
  const muted = (await of(new Map([[0, commands]]))).document.alerts!;
  const before = '2026-02-06T11:00';
  without.forEach(({ alerts }, i) => {
    expect(alerts.some(({ series, firedAt }) => series === 'a' && firedAt >= before)).toBe(true);
    expect(muted[i]!.alerts).toEqual(
      alerts.filter(({ series, firedAt }) => series !== 'a' || firedAt < before),
    );
  });
});

test('the same input gives the same document and the same page, but for the speed', async () => {
  const of = () =>
    compared({ name: 'anomaly-alerts', path, set: ['B:model.hidden=2', 'B:alerts.raise=0.3'] });
  const [one, two] = [await of(), await of()];
  expect(withoutSpeed(two.document)).toEqual(withoutSpeed(one.document));
  const page = ({ compared: { pairs }, document }: typeof one): string =>
    comparisonPage(document, pairs).split('<h2>Speed</h2>')[0]!;
  expect(page(two)).toBe(page(one));
});

test('three sides: each beside A, over the targets that all have', async () => {
  const { document } = await compared({
    path,
    others: ['', ''],
    set: ['B:model.hidden=2', 'C:model.horizon=2'],
  });
  expect(document.sides.map(({ name }) => name)).toEqual(['A', 'B', 'C']);
  expect(document.verdicts.map(({ side }) => side)).toEqual(['B', 'C']);
  expect(document.byHorizon.map(({ horizon, sides }) => [horizon, sides.length])).toEqual([
    [1, 3],
    [2, 3],
  ]);
  const [a, , c] = document.sides;
  expect(a!.targets).toBeGreaterThan(c!.targets);
  expect(document.data.paired).toBe(c!.targets);
});

test('sides on different grids have no targets in common', async () => {
  const { document } = await compared({ path, set: ['B:align.every=3h', 'B:align.aggregate=mean'] });
  expect(document.data.paired).toBe(0);
  expect(document.verdicts[0]!.againstA.ratio).toBeNull();
  expect(verdictOf(document.verdicts[0]!, document)).toMatch(/^B and A have forecast no target in common/);
});

test('sides that forecast no step in common are refused', async () => {
  const set = ['A', 'B'].flatMap((name, i) =>
    ['horizons', 'store'].map((key) => `${name}:forecast.${key}=[${i + 1}]`),
  );
  await expect(compared({ path, set })).rejects.toThrow(
    /no steps ahead that all sides forecast: expected horizons in common, got 1, 2/,
  );
});

test('stopped early it says so', async () => {
  const { document } = await compared({ path, stop: AbortSignal.abort() });
  expect(document.data).toMatchObject({ complete: false, paired: 0, firstTime: null });
});

test('what it took is told of each side, from one run', async () => {
  const { document } = await compared({ path });
  expect(document.speed.map(({ side }) => side)).toEqual(['A', 'B']);
  for (const { readingsPerSecond, median, cpuSeconds } of document.speed) {
    expect(readingsPerSecond).toBeCloseTo(1e6 / median!);
    expect(cpuSeconds).toBeGreaterThan(0);
  }
});
