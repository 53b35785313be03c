import { expect, test } from 'vitest';
import { evaluatedOffice } from './office.ts';

/** What the keys of a document hold: the type of each value; of lists, that of the first entry. */
function shape(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length > 0 ? [shape(value[0])] : [];
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]));
}

test('the keys of the document: programs rely on them', async () => {
  const { document } = await evaluatedOffice({
    standardizeOn: '0..999',
    validate: '..1999',
    score: '2000..',
    horizons: ['1', '6'],
  });
  const through = JSON.parse(JSON.stringify(document)) as unknown;
  expect(through).toEqual(document);
  const { validation, scores, ...others } = shape(document) as Record<string, unknown>;
  expect(validation).toEqual(scores);
  const baseline = { count: 'number', mse: 'number', mae: 'number', rmse: 'number', ratio: 'number' };
  const horizon = {
    horizon: 'number',
    count: 'number',
    missing: 'number',
    mse: 'number',
    mae: 'number',
    rmse: 'number',
    mase: 'number',
    mape: 'number',
    mapeZeros: 'number',
    wmape: 'number',
    bands: 'number',
    coverage: 'number',
    width: 'number',
    pinballLo: 'number',
    pinballHi: 'number',
    winkler: 'number',
    baselines: { last: baseline, seasonal: baseline, mean: baseline },
  };
  expect(scores).toEqual({
    rows: 'string',
    byHorizon: [horizon],
    bySeries: [
      {
        series: 'string',
        channel: 'string',
        partition: 'number',
        readings: 'number',
        unit: 'number',
        season: 'number',
        ratioToLast: 'number',
        byHorizon: [horizon],
        events: {},
      },
    ],
  });
  expect(others).toEqual({
    schema: 'number',
    pipeline: 'string',
    model: {
      name: 'string',
      cell: 'string',
      hidden: 'number',
      fingerprint: 'string',
      bytesPerSeries: 'number',
    },
    data: {
      from: ['string'],
      series: 'number',
      records: 'number',
      readings: 'number',
      missingValues: 'number',
      unusable: {},
      firstTime: 'string',
      lastTime: 'string',
      complete: 'boolean',
    },
    protocol: {
      horizons: ['number'],
      averageSteps: 'boolean',
      season: 'string',
      standardizeOn: 'string',
      validate: 'string',
      score: 'string',
      level: 'number',
    },
    speed: {
      median: 'number',
      mean: 'number',
      medianWithoutDecode: 'number',
      meanWithoutDecode: 'number',
      chunks: 'number',
      seconds: 'number',
    },
  });
  expect(document).toMatchObject({
    schema: 1,
    data: { readings: 7267, series: 1, firstTime: '2013-07-04T00:00:00.000Z', complete: true },
    protocol: {
      horizons: [1, 6],
      season: 'day',
      standardizeOn: '0..999',
      validate: '1000..1999',
      score: '2000..',
      level: 0.9,
    },
    scores: { rows: '2000..' },
    validation: { rows: '1000..1999' },
  });
  expect(document.scores.bySeries[0]).toMatchObject({
    season: 24,
    byHorizon: document.scores.byHorizon.map(({ count }) => ({ count })),
  });
  expect(document.scores.byHorizon[0]!.count + document.scores.byHorizon[0]!.missing).toBeGreaterThanOrEqual(
    5267,
  );
  const { median, medianWithoutDecode } = document.speed;
  expect(median).toBeGreaterThan(medianWithoutDecode!);
});

test('twice the same but for the speed', async () => {
  const [one, other] = [await evaluatedOffice(), await evaluatedOffice()];
  const { speed: _, ...first } = one.document;
  const { speed: __, ...second } = other.document;
  expect(first).toEqual(second);
  expect(first).toMatchObject({ validation: null, protocol: { horizons: [1, 2, 3, 4, 5, 6], score: '0..' } });
});
