import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InfluxDB } from '@influxdata/influxdb-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { run } from '../../src/run/run.ts';
import { describeWithInfluxDB } from '../services/describe-with.ts';
import { newBucket } from '../sink/influxdb-bucket.ts';
import { dashboards } from './dashboards.ts';

const TOKEN = 'FORETIDE_TEST_DASHBOARD_TOKEN';
/** When the machine of the bundled recording fails first: alerts come then. */
const FROM = '2013-12-02T00:00:00Z';
const TO = '2013-12-20T00:00:00Z';
const SERIES = 'machine-temperature';

afterAll(() => vi.unstubAllEnvs());

// Seen to fail where a query names a tag, a field or a measurement that is not written.
describeWithInfluxDB('dashboards on what real runs write', (service) => {
  let bucket: string;
  const folder = mkdtempSync(join(tmpdir(), `foretide-dashboards-${randomUUID()}`));

  async function play(pipeline: Pipeline): Promise<void> {
    const { url, org } = service;
    const input = { ...(anomalyAlerts.defaults['input'] as object), pace: 'max', to: TO };
    const settings = loadSettings(pipeline.settings, {
      defaults: { ...pipeline.defaults, input },
      set: [
        `output={kind: influxdb, url: "${url}", org: "${org}", bucket: "${bucket}", token: {env: ${TOKEN}}, tags: {pipeline: ${pipeline.name}}}`,
        `store.path=${join(folder, `${pipeline.name}.db`)}`,
        'page.enabled=false',
      ],
    });
    const running = await run({ pipeline, settings, pace: { kind: 'max' } });
    await running.finished;
    await running.stop();
  }

  beforeAll(async () => {
    vi.stubEnv(TOKEN, service.token);
    bucket = await newBucket(service);
    await play(liveForecast);
    await play(anomalyAlerts);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function rowsOf(flux: string): Promise<number> {
    const { url, org, token } = service;
    const filled = flux
      .replaceAll('from(bucket: "foretide")', `from(bucket: "${bucket}")`)
      .replaceAll('v.timeRangeStart', FROM)
      .replaceAll('v.timeRangeStop', TO)
      .replaceAll('v.windowPeriod', '1h')
      .replaceAll('${series}', SERIES)
      .replaceAll('${h}', '01');
    let rows = 0;
    const api = new InfluxDB({ url, token, timeout: 60_000 }).getQueryApi(org);
    await new Promise<void>((resolve, reject) => {
      api.queryRows(filled, {
        next: () => {
          rows += 1;
        },
        error: reject,
        complete: resolve,
      });
    });
    return rows;
  }

  const asked = dashboards().flatMap(({ title, panels, templating }) => [
    ...templating.list.map(({ name, query }) => [`${title}, choice of ${name}`, query] as const),
    ...panels.flatMap((panel) =>
      panel.targets.flatMap(({ refId, query }) =>
        query === undefined ? [] : [[`${title}, ${panel.title} (${refId})`, query] as const],
      ),
    ),
  ]);
  test.each(asked)('%s: is answered', async (_, query) => {
    expect(await rowsOf(query)).toBeGreaterThan(0);
  });
});
