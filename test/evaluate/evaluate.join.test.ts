import { expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { documentOf } from '../../src/evaluate/document.ts';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { runSettingsFrom } from '../../src/evaluate/run-settings.ts';
import { protocolFrom } from '../../src/evaluate/settings.ts';
import { workplace } from '../cli/workplace.ts';
import { gaussian } from '../forecast/gaussian.ts';

const { write } = workplace();
const HOURS = 1000;
const AHEAD = 24;
const HORIZONS = [1, 6, 12];

/** A reading in long form: channel, hour, value. */
type Reading = readonly [channel: string, hour: number, value: number];

/** A load that follows a price, which is drawn anew each hour and known a day ahead, in the order in which it is known. */
const readings = ((): readonly Reading[] => {
  const next = gaussian(3);
  const prices = Array.from({ length: HOURS + AHEAD }, () => 40 + 12 * next());
  const price = (hour: number): Reading => ['price', hour, prices[hour]!];
  const day = (hour: number): number => (2 * Math.PI * hour) / 24;
  return [
    ...Array.from({ length: AHEAD }, (_, hour) => price(hour)),
    ...Array.from({ length: HOURS }, (_, hour): Reading[] => [
      ['load', hour, 100 + 5 * Math.sin(day(hour)) - 2 * prices[hour]! + next()],
      ['flow', hour, 10 + 5 * Math.cos(day(hour)) + 0.3 * next()],
      price(hour + AHEAD),
    ]).flat(),
  ];
})();

/** The same as if each price came at its own time. */
const atTheirTime = readings.filter(([, hour]) => hour < HOURS).toSorted(([, a], [, b]) => a - b);

function csv(rows: readonly Reading[]): string {
  const lines = rows.map(([channel, hour, value]) => {
    const time = new Date(Date.UTC(2026, 0, 1) + hour * 3_600_000).toISOString();
    return `plant-1/${channel},${time},${value.toFixed(3)}\n`;
  });
  return `series,time,value\n${lines.join('')}`;
}

/** An evaluation of the second half, and the mean absolute errors of the load at `HORIZONS`. */
async function evaluated(rows: readonly Reading[], join: string) {
  const config = write(
    'join.yaml',
    `
input: { decode: { format: csv, series: series, time: time, values: [value] } }
align: { every: 1h, join: ${join} }
model: { hidden: 4 }
forecast: { horizons: [${HORIZONS.join()}] }
`,
  );
  const data = [write('long.csv', csv(rows))];
  const result = await evaluate({
    pipeline: liveForecast,
    settings: await runSettingsFrom(liveForecast, { data, config, set: [] }),
    protocol: protocolFrom({ score: `${rows.length >> 1}..` }),
    missing: 'error',
  });
  const document = documentOf(result, 'live-forecast', data);
  const { bySeries } = document.scores;
  const load = bySeries.find(({ channel }) => channel === 'load')!;
  return { document, bySeries, errors: load.byHorizon.map(({ mae }) => mae!) };
}

// Seen to fail without the features, and with those of the step before.
test('what is known of the time of a target makes its forecasts far better', async () => {
  const known = await evaluated(readings, `{ channels: [load, flow], known: [price], ahead: ${AHEAD} }`);
  const unknown = await evaluated(atTheirTime, '{ channels: [load, flow, price] }');
  // measured: 1.09, 1.12, 1.08 beside 19.8, 20.0, 20.0; noise alone makes 0.8
  HORIZONS.forEach((h, q) => expect(known.errors[q], `${h} steps`).toBeLessThan(0.1 * unknown.errors[q]!));
  expect(known.document.data).toMatchObject({
    records: readings.length,
    readings: readings.length,
    series: 2,
    unusable: {},
  });
  expect(known.bySeries.map(({ series, channel }) => `${series}.${channel}`).toSorted()).toEqual([
    'plant-1.flow',
    'plant-1.load',
  ]);
});
