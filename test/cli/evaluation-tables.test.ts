import { expect, test } from 'vitest';
import { evaluationTables } from '../../src/cli/evaluation-tables.ts';
import type { EvaluationDocument } from '../../src/evaluate/document.ts';
import { evaluatedOffice } from '../evaluate/office.ts';

/** The cells of each line of the tables. */
const cells = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const { document } = await evaluatedOffice({ validate: '..999', horizons: ['1', '6'] });
const metrics = {
  ...document.scores.byHorizon[0]!,
  mse: 1.5,
  mae: 0.25,
  mase: null,
  coverage: 0.9,
  width: 1e-5,
};
const ratio = (value: number | null) => ({ ...metrics.baselines.last, ratio: value });
const known: EvaluationDocument = {
  ...document,
  data: { ...document.data, missingValues: 3, unusable: { late: 1234 }, complete: false },
  speed: { ...document.speed, median: 16.35, medianWithoutDecode: 15, seconds: 3.04 },
  scores: {
    ...document.scores,
    byHorizon: [
      { ...metrics, horizon: 1, baselines: { last: ratio(0.5), seasonal: ratio(null), mean: ratio(2) } },
    ],
    bySeries: document.scores.bySeries.map((each) => ({
      ...each,
      events: { 'drift-up': 1002, relearn: 1 },
    })),
  },
};

test('says what was evaluated, what was set aside, and how fast it was', () => {
  const lines = cells(evaluationTables(known));
  expect(lines).toContainEqual([
    'Readings',
    '7,267 of 1 series, 2013-07-04T00:00:00.000Z to 2014-05-28T15:00:00.000Z',
  ]);
  expect(lines).toContainEqual(['Set aside', '3 values missing, 1,234 late']);
  expect(lines).toContainEqual([
    'Speed',
    '16.35 µs per reading (median; 15.00 without decoding), 3.0 s in all',
  ]);
  expect(lines).toContainEqual(['Events', '1,002 drift-up, 1 relearn']);
  expect(cells(evaluationTables(document))).toContainEqual(['Events', 'none']);
  expect(lines).toContainEqual(['Stopped', 'before the end of the data']);
});

test('the scores by horizon, and those of the validation apart', () => {
  const text = evaluationTables(known);
  const lines = cells(text);
  expect(lines).toContainEqual([
    'Steps',
    'MSE',
    'MAE',
    'MASE',
    'against last',
    'season',
    'mean',
    'within band',
    'width',
  ]);
  expect(lines).toContainEqual([
    '1',
    '1.500',
    '0.2500',
    '–',
    '50.0 % better',
    '–',
    '100.0 % worse',
    '90.0 %',
    '1.00e-5',
  ]);
  expect(text).toContain('Scores of rows 1000..');
  expect(text).toContain('Validation: rows 0..999');
  expect(text).not.toContain('By series');
});

test('series have lines of their own up to 20, and long names keep their ends', () => {
  const [each] = document.scores.bySeries;
  const withSeries = (n: number): string =>
    evaluationTables({
      ...document,
      data: { ...document.data, series: n },
      scores: {
        ...document.scores,
        bySeries: Array.from({ length: n }, (_, i) => ({
          ...each!,
          series: `${'x'.repeat(50)}${i}`,
          channel: i === 0 ? 'c' : '',
        })),
      },
    });
  const lines = cells(withSeries(20)).filter(([name]) => name!.startsWith('…'));
  expect(lines).toHaveLength(20);
  expect(lines[0]![0]).toMatch(/^…x+0\.c$/);
  expect(withSeries(20)).toContain('MSE and MAE mix the units');
  expect(cells(withSeries(21)).filter(([name]) => name!.startsWith('…'))).toHaveLength(0);
});

test('many horizons are thinned to twelve, the first and the last among them', () => {
  const byHorizon = Array.from({ length: 48 }, (_, i) => ({
    ...document.scores.byHorizon[0]!,
    horizon: i + 1,
  }));
  const lines = cells(
    evaluationTables({ ...document, validation: null, scores: { ...document.scores, byHorizon } }),
  );
  const steps = lines.map(([first]) => Number(first)).filter((step) => !Number.isNaN(step));
  expect(steps).toHaveLength(12);
  expect([steps[0], steps.at(-1)]).toEqual([1, 48]);
});

test('no line is wider than a usual terminal', () => {
  const widest = Math.max(
    ...evaluationTables(known)
      .split('\n')
      .map((line) => line.length),
  );
  expect(widest).toBeLessThanOrEqual(120);
});
