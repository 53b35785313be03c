import { expect, test } from 'vitest';
import { createApp } from '../../src/serve/app.ts';
import { LiveFeed } from '../../src/serve/feed.ts';
import { createMetricsApp, type MetricsText } from '../../src/serve/metrics.ts';
import { RecentHistory } from '../../src/serve/recent.ts';
import { demoStatus } from './demo.ts';

const metrics: MetricsText = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  text: () => Promise.resolve('foretide_readings_total 5\n'),
};
const hosts = { host: '0.0.0.0', allowedHosts: ['foretide', 'Page.Example.com'] };
const own = createMetricsApp({ ...hosts, metrics, status: () => demoStatus(1) });
const page = createApp({
  ...hosts,
  metrics,
  history: new RecentHistory({ points: 1, series: 1 }),
  feed: new LiveFeed(),
  status: () => demoStatus(1),
});

function ask(app: typeof own, path: string, host = '127.0.0.1:9464', method = 'GET') {
  return app.request(`http://127.0.0.1:9464${path}`, { method, headers: { host } });
}

test.each([
  ['a server of their own', own],
  ['the server of the page', page],
])('are at /metrics of %s, under names that are allowed alone', async (_, app) => {
  for (const host of ['127.0.0.1:9464', 'localhost', '10.1.2.3:7077', 'foretide:7077', 'page.example.com']) {
    const response = await ask(app, '/metrics', host);
    expect([host, response.status]).toEqual([host, 200]);
    expect(response.headers.get('content-type')).toBe(metrics.contentType);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toBe('foretide_readings_total 5\n');
  }
  for (const host of ['attacker.example', 'foretide.attacker.example', 'xforetide'])
    expect([host, (await ask(app, '/metrics', host)).status]).toEqual([host, 403]);
});

test('a server of their own has health beside them, and nothing else', async () => {
  expect(await (await ask(own, '/health/live')).json()).toEqual({ status: 'live' });
  expect(await (await ask(own, '/health/ready')).json()).toMatchObject({ status: 'ready' });
  for (const path of ['/', '/api/status', '/api/series', '/assets/main.js', '/api/live'])
    expect([path, (await ask(own, path)).status]).toEqual([path, 404]);
  expect((await ask(own, '/api/alerts/mute', undefined, 'POST')).status).toBe(404);
});

test('readiness is progress: 503 when what has come waits for a minute, or the run has failed', async () => {
  const statusOf = async (more: object) => {
    const app = createMetricsApp({ ...hosts, metrics, status: () => ({ ...demoStatus(1), ...more }) });
    return (await ask(app, '/health/ready')).status;
  };
  expect(await statusOf({ waiting: 59_999 })).toBe(200);
  expect(await statusOf({ waiting: 60_000 })).toBe(503);
  expect(await statusOf({ waiting: 0, state: 'failed' })).toBe(503);
});

test('metrics that cannot be read are an error without its words', async () => {
  const text = () => Promise.reject(new Error('at /home/somebody'));
  const app = createMetricsApp({ ...hosts, metrics: { ...metrics, text }, status: () => demoStatus(1) });
  const response = await ask(app, '/metrics');
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('somebody');
});

test('a page without metrics has none', async () => {
  const app = createApp({
    host: '127.0.0.1',
    history: new RecentHistory({ points: 1, series: 1 }),
    feed: new LiveFeed(),
    status: () => demoStatus(1),
  });
  expect((await ask(app, '/metrics')).status).toBe(404);
});
