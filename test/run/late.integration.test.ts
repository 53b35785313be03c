import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { run } from '../../src/run/run.ts';
import { type LateReading, orderedStream, shuffledWithin } from '../checks/late.ts';
import type { StoredPoint } from '../checks/sink.ts';
import { describeWithInfluxDB } from '../services/describe-with.ts';
import { newBucket, readBack } from '../sink/influxdb-bucket.ts';
import { recordings } from '../source/recording.ts';

const TOKEN = 'FORETIDE_TEST_INFLUX_TOKEN';
const write = recordings();
const pipeline = liveForecast as unknown as Pipeline;
const SERIES = ['series-0', 'series-1'];

afterAll(() => vi.unstubAllEnvs());

describeWithInfluxDB('late readings, on a real InfluxDB', (service) => {
  beforeAll(() => void vi.stubEnv(TOKEN, service.token));

  /** Runs live-forecast over a file of these readings into a bucket; gives what stands there. */
  async function written(readings: readonly LateReading[]): Promise<StoredPoint[]> {
    const bucket = await newBucket(service);
    const path = write(readings.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const settings = loadSettings(pipeline.settings, {
      defaults: {
        input: {
          kind: 'file',
          paths: [path],
          decode: { format: 'json', series: 's', time: 't', values: ['v'] },
        },
        output: { kind: 'influxdb', url: service.url, org: service.org, bucket, token: { env: TOKEN } },
        model: { hidden: 3, horizon: 6 },
        align: { every: '1m', grace: '10m' },
        forecast: { store: [1, 6] },
        page: { enabled: false },
        store: { path: ':memory:' },
        commit: { readings: 150 },
      },
    });
    const running = await run({ pipeline, settings });
    await running.finished;
    await running.stop();
    return readBack({ ...service, bucket }, SERIES);
  }

  /** Each point but for its revision. */
  const told = (points: readonly StoredPoint[]): string[] =>
    points
      .map(({ fields: { revision: _, ...fields }, ...point }) =>
        JSON.stringify({ ...point, fields: sorted(fields) }),
      )
      .toSorted();
  const sorted = (fields: object): unknown => Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));

  test('a shuffled file leaves the points of the sorted one, but for revisions and what is marked as withdrawn', async () => {
    const stream = orderedStream(4, 1600, { series: 2, outliers: 0.03 });
    const [one, other] = [await written(stream), await written(shuffledWithin(stream, 600_000, 9))];
    const withdrawn = other.filter(({ fields }) => fields['state'] === 'withdrawn');
    expect(told(other.filter((point) => !withdrawn.includes(point)))).toEqual(told(one));
    expect(withdrawn.length).toBeGreaterThan(0);
    const revisions = (points: readonly StoredPoint[]) =>
      points
        .filter(({ measurement }) => measurement === 'forecast')
        .map(({ fields }) => Number(fields['revision']));
    expect(new Set(revisions(one))).toEqual(new Set([0]));
    expect(Math.max(...revisions(other))).toBeGreaterThan(1000);
    expect(one.some(({ measurement, fields }) => measurement === 'reading' && 'revision' in fields)).toBe(
      false,
    );
  });
});
