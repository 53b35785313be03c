import type { Hono } from 'hono';
import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { PageCommand } from '../../src/command.ts';
import { ForetideError } from '../../src/errors.ts';
import type { RewindOrder } from '../../src/past/rewind.ts';
import { createApp } from '../../src/serve/app.ts';
import { LiveFeed } from '../../src/serve/feed.ts';
import type { History } from '../../src/serve/history.ts';
import type { RunStatus } from '../../src/serve/status.ts';
import { RecentHistory } from '../../src/serve/recent.ts';
import type { ReplayAction } from '../../src/serve/status.ts';
import { demoFacts, demoHours, demoStatus, HORIZONS } from './demo.ts';
import { anomalies, readings } from './points.ts';

const HOUR = 3_600_000;
const SERIES = 'grid/north/load-mw';
const PACE = { every: 0, heartbeat: 15_000, retry: 1000 };

function demoApp(feed = new LiveFeed()): { app: Hono; feed: LiveFeed; history: RecentHistory } {
  const history = new RecentHistory({ points: 1000, series: 100 });
  history.add(demoHours(0, 300));
  return {
    app: createApp({ host: '127.0.0.1', history, feed, status: () => demoStatus(299), pace: PACE }),
    feed,
    history,
  };
}

async function get(
  app: Hono,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Response> {
  return app.request(`http://127.0.0.1:8080${path}`, {
    method,
    headers: { host: '127.0.0.1:8080', ...headers },
  });
}

async function json(app: Hono, path: string): Promise<unknown> {
  return (await get(app, path)).json();
}

/** Matches a column of so many rows. */
function ofLength(length: number): unknown {
  return expect.toSatisfy((column: unknown) => Array.isArray(column) && column.length === length);
}

test('the page allows nothing but its own files, no frame and no guessing of types', async () => {
  const { app } = demoApp();
  for (const path of ['/', '/assets/main.js', '/api/status', '/nowhere']) {
    const { headers } = await get(app, path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(
      /script-src 'self' 'sha256-[\w+/]{43}='; style-src 'self'; connect-src 'self'; img-src 'self'/,
    );
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('serves the page and its files, and says when they have not changed', async () => {
  const { app } = demoApp();
  const page = await get(app, '/');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await page.text()).toContain('<title>Foretide</title>');

  const script = await get(app, '/assets/main.js');
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  const again = await get(app, '/assets/main.js', { 'if-none-match': script.headers.get('etag') ?? '' });
  expect(again.status).toBe(304);
});

test.each([
  '/nowhere',
  '/assets/nothing.js',
  '/assets/../server.ts',
  '/assets/..%2fserver.ts',
  '/assets/tsconfig.json',
  '/api',
])('there is nothing at %s', async (path) => {
  const { app } = demoApp();
  const response = await get(app, path);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: 'NOT_FOUND' });
});

test('a request that names another host is refused, whatever it asks for', async () => {
  const { app } = demoApp();
  for (const path of ['/', '/api/status', '/assets/main.js', '/health/live', '/api/live']) {
    const response = await get(app, path, { host: 'attacker.example' });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'HOST_REFUSED' });
  }
});

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused', async (method) => {
  const { app } = demoApp();
  const response = await get(app, '/api/status', {}, method);
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET');
  expect(await response.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
});

test('the one inline script that its policy allows is the import map', async () => {
  const { app } = demoApp();
  const page = await get(app, '/');
  const script =
    /<script type="importmap">(?<map>[^<]*)<\/script>/.exec(await page.text())?.groups?.['map'] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  expect(page.headers.get('content-security-policy')).toContain(`script-src 'self' 'sha256-${hash}';`);
  const { imports } = JSON.parse(script) as { imports: Record<string, string> };
  for (const path of Object.values(imports)) expect((await get(app, path)).status).toBe(200);
});

test('the status, and that it lives', async () => {
  const { app } = demoApp();
  expect(await json(app, '/api/status')).toEqual(demoStatus(299));
  expect(await json(app, '/health/live')).toEqual({ status: 'live' });
});

test('the list of series: what needs attention first, found by words, and not too many', async () => {
  const { app } = demoApp();
  const all = await json(app, '/api/series');
  expect(all).toMatchObject({ total: 6, matching: 6, withAnomalies: 3, anomalies: 7 });
  expect(all).toMatchObject({
    series: [{ summary: { name: SERIES, anomalies: 3, readings: 300 } }, {}, {}, {}, {}, {}],
  });
  expect(await json(app, '/api/series?q=GRID+load&limit=1')).toMatchObject({
    total: 6,
    matching: 2,
    series: [{ summary: { name: SERIES } }],
  });
  expect(await json(app, '/api/series?q=nothing')).toMatchObject({ matching: 0, series: [] });
});

test('the list from one place on, in another order, of one standing', async () => {
  const { app } = demoApp();
  expect(await json(app, '/api/series?sort=name&offset=1&limit=2')).toMatchObject({
    matching: 6,
    offset: 1,
    series: [{ summary: { name: SERIES } }, { summary: { name: 'grid/south/load-mw' } }],
  });
  expect(await json(app, '/api/series?standing=silent')).toMatchObject({ total: 6, matching: 0, series: [] });
  expect((await get(app, '/api/series?sort=colour')).status).toBe(400);
});

test('how the run does inside, where somebody tells', async () => {
  const { app, feed, history } = demoApp();
  expect(await (await get(app, '/api/pipeline')).json()).toMatchObject({ code: 'NO_FACTS' });
  const told = createApp({
    host: '127.0.0.1',
    history,
    feed,
    status: () => demoStatus(1),
    facts: () => demoFacts(),
  });
  expect(await json(told, '/api/pipeline')).toEqual(demoFacts());
});

test('how good the forecasts were over the time that is asked for', async () => {
  const { app, history } = demoApp();
  const newest = history.summary(SERIES)!.lastTime;
  const all = await json(app, `/api/history?series=${SERIES}&span=${168 * HOUR}&h=06&rows=50`);
  expect(all).toMatchObject({ thinned: true, quality: { h: '06' } });
  const { quality } = all as { quality: { time: number[]; targets: number[]; error: number[] } };
  // of all rows, not only of those that are sent
  expect(quality.targets.reduce((sum, n) => sum + n, 0)).toBe(169);
  expect(quality.time.at(-1)!).toBeGreaterThan(newest - 12 * HOUR);
  expect(await json(app, `/api/history?series=${SERIES}&last=48`)).toMatchObject({ quality: { h: '06' } });
});

test('a history without tails has lists without small lines', async () => {
  const { history } = demoApp();
  const plain: History = {
    size: history.size,
    series: () => history.series(),
    summary: (name) => history.summary(name),
    window: history.window.bind(history),
  };
  const app = createApp({
    host: '127.0.0.1',
    history: plain,
    feed: new LiveFeed(),
    status: () => demoStatus(1),
  });
  expect(await json(app, '/api/series?limit=1')).toMatchObject({ series: [{ tail: [] }] });
});

test('the last readings, with the forecasts of every horizon', async () => {
  const { app, history } = demoApp();
  const newest = history.summary(SERIES)!.lastTime;
  const answer = await json(app, `/api/history?series=${SERIES}&last=48`);
  expect(answer).toMatchObject({ series: SERIES, newest, step: HOUR, horizons: HORIZONS, thinned: false });
  const { readings: read, forecasts } = history.window(SERIES, newest - 47 * HOUR, 8.64e15);
  expect(read.time).toHaveLength(48);
  expect(answer).toMatchObject({ readings: read, forecasts });
});

test('of horizons that are not asked for only what is still to come', async () => {
  const { app, history } = demoApp();
  const newest = history.summary(SERIES)!.lastTime;
  const answer = await json(app, `/api/history?series=${SERIES}&span=${10 * HOUR}&h=06`);
  expect(answer).toMatchObject({
    readings: { time: Array.from({ length: 11 }, (_, i) => newest - (10 - i) * HOUR) },
    forecasts: [1, 3, 17, 12, 24].map((length) => ({ time: ofLength(length) })),
  });
});

test('a stretch between two times, thinned to what the chart has room for', async () => {
  const { app, history } = demoApp();
  const newest = history.summary(SERIES)!.lastTime;
  const stretch = `from=${newest - 200 * HOUR}&to=${newest - 100 * HOUR}`;
  expect(await json(app, `/api/history?series=${SERIES}&${stretch}`)).toMatchObject({
    readings: { time: ofLength(101) },
    thinned: false,
  });
  expect(await json(app, `/api/history?series=${SERIES}&${stretch}&rows=50`)).toMatchObject({
    readings: { time: ofLength(51) },
    step: HOUR,
    thinned: true,
  });
});

test('an unknown series and bad parameters are told as JSON', async () => {
  const { app } = demoApp();
  const unknown = await get(app, '/api/history?series=nobody');
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toEqual({ code: 'SERIES_NOT_FOUND', message: 'There is no series nobody' });
  for (const path of [
    '/api/history',
    '/api/series?limit=0',
    '/api/series?limit=x',
    '/api/live?series=',
    '/api/live?x=1',
  ]) {
    const response = await get(app, path);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'PARAMETER_INVALID' });
  }
});

test('an error of the history is nobody’s request’s fault, and is not told to the page', async () => {
  const onError = vi.fn<(error: unknown) => void>();
  const broken = new Error('disk I/O error in /secret/place');
  const history: History = {
    size: 1,
    series: () => {
      throw broken;
    },
    summary: () => undefined,
    window: () => {
      throw broken;
    },
  };
  const app = createApp({
    host: '127.0.0.1',
    history,
    feed: new LiveFeed(),
    status: () => demoStatus(1),
    onError,
  });
  const response = await get(app, '/api/series');
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
  expect(onError).toHaveBeenCalledWith(broken);
});

test('the live stream: the status at once, then the points of its series', async () => {
  const { app, feed } = demoApp();
  const response = await get(app, `/api/live?series=${SERIES}`, { 'last-event-id': '12345' });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const reader = response.body!.getReader();
  const next = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
  expect(await next()).toBe('retry: 1000\n\n');
  expect(await next()).toBe(`event: status\ndata: ${JSON.stringify(demoStatus(299))}\n\n`);
  feed.publish([readings(['other', 1, 1], [SERIES, 2, 3]), anomalies([SERIES, 2, 3, 9, 1, 0, 2])]);
  expect(await next()).toContain('"readings":{"time":[2],"value":[3]}');
  await reader.cancel();
  expect(feed.connections).toBe(0);
});

test('the live stream of a series that is not there yet waits for it', async () => {
  const { app, feed } = demoApp();
  const response = await get(app, '/api/live?series=to-come');
  expect(response.status).toBe(200);
  await response.body?.cancel();
  expect(feed.connections).toBe(0);
});

test('more live streams than allowed are refused', async () => {
  const { app } = demoApp(new LiveFeed({ connections: 1 }));
  const first = await get(app, '/api/live');
  const second = await get(app, '/api/live');
  expect(second.status).toBe(503);
  expect(await second.json()).toMatchObject({ code: 'TOO_MANY_CONNECTIONS' });
  await first.body?.cancel();
  expect((await get(app, '/api/live')).status).toBe(200);
});

test('how the bands of a series do, where the run knows', async () => {
  const band = { h: '06', targets: 40, overall: 0.9, coverage: 0.875, width: 2.5 };
  const parts = {
    host: '127.0.0.1',
    history: new RecentHistory({ points: 9, series: 9 }),
    feed: new LiveFeed(),
  };
  const app = createApp({
    ...parts,
    status: () => demoStatus(1),
    bands: (series) => (series === 'a' ? [band] : []),
  });
  expect(await json(app, '/api/bands?series=a')).toEqual({ series: 'a', bands: [band] });
  expect(await json(app, '/api/bands?series=b')).toEqual({ series: 'b', bands: [] });
  expect((await get(app, '/api/bands')).status).toBe(400);
  expect(await json(demoApp().app, '/api/bands?series=a')).toEqual({ series: 'a', bands: [] });
});

test('health tells of progress, not of life alone', async () => {
  let over: Partial<RunStatus> = {};
  const { feed, history } = demoApp();
  const app = createApp({ host: '127.0.0.1', history, feed, status: () => demoStatus(9, over) });
  const ready = async () => {
    const answer = await get(app, '/health/ready');
    return [answer.status, await answer.json()];
  };
  expect(await ready()).toEqual([
    200,
    { status: 'ready', state: 'running', partitions: 3, readings: 60, waiting: 0 },
  ]);
  over = { waiting: 59_000.4 };
  expect(await ready()).toEqual([200, expect.objectContaining({ waiting: 59_000 })]);
  over = { waiting: 60_000 };
  expect(await ready()).toEqual([503, expect.objectContaining({ status: 'stalled' })]);
  over = { state: 'failed' };
  expect((await ready())[0]).toBe(503);
  expect((await get(app, '/health/live')).status).toBe(200);
});

describe('commands', () => {
  const commanded: PageCommand[] = [];
  function commandedApp(): Hono {
    const { feed, history } = demoApp();
    commanded.length = 0;
    return createApp({
      host: '127.0.0.1',
      history,
      feed,
      status: () => demoStatus(299),
      async command(command) {
        commanded.push(command);
        return command.series === SERIES ? 1 : 0;
      },
    });
  }
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
    commandedApp().request(`http://127.0.0.1:8080${path}`, {
      method: 'POST',
      headers: { host: '127.0.0.1:8080', 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const feedback = { series: SERIES, isTrue: false };

  test('what a person says of an alert goes to the partitions that have the series', async () => {
    const answer = await post('/api/alerts/feedback', feedback, { origin: 'http://127.0.0.1:8080' });
    expect([answer.status, await answer.json()]).toEqual([200, { partitions: 1 }]);
    expect(commanded).toEqual([{ kind: 'feedback', ...feedback }]);
    expect((await post('/api/alerts/mute', { series: SERIES, until: 5 })).status).toBe(200);
    expect(commanded).toEqual([{ kind: 'mute', series: SERIES, until: 5 }]);
  });

  test.each([
    ['another site', feedback, { origin: 'http://evil.example' }, 403],
    ['another page of this machine', feedback, { origin: 'http://127.0.0.1:9999' }, 403],
    ['a page from nowhere', feedback, { origin: 'null' }, 403],
    ['another host', feedback, { host: 'evil.example' }, 403],
    ['a form', 'series=a', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['what is no JSON', '{', {}, 400],
    ['what is missing', { series: SERIES }, {}, 400],
    ['what is too much', { ...feedback, more: 1 }, {}, 400],
    ['what is too long', { series: 'x'.repeat(20_000), isTrue: true }, {}, 413],
  ])('%s is refused', async (_, body, headers, status) => {
    expect((await post('/api/alerts/feedback', body, headers)).status).toBe(status);
    expect(commanded).toEqual([]);
  });

  test('of a series that nobody knows it is said so; and nothing else takes a command', async () => {
    expect((await post('/api/alerts/feedback', { series: 'unknown', isTrue: true })).status).toBe(404);
    expect((await post('/api/status', feedback)).status).toBe(405);
    const { app } = demoApp();
    expect((await get(app, '/api/alerts/feedback')).status).toBe(405);
  });
});

describe('a series is put back', () => {
  const orders: RewindOrder[] = [];
  const post = (body: unknown, headers: Readonly<Record<string, string>> = {}, hasHistory = true) => {
    orders.length = 0;
    const app = createApp({
      host: '127.0.0.1',
      history: new RecentHistory({ points: 1, series: 1 }),
      feed: new LiveFeed(),
      status: () => demoStatus(1),
      ...(hasHistory && {
        rewind: async (order: RewindOrder) => {
          orders.push(order);
          if (order.series !== SERIES) throw new ForetideError('COMMAND_REFUSED', { what: 'Unknown here' });
          return { left: [order.to + 1, 99] as const };
        },
      }),
    });
    return app.request('/api/rewind', {
      method: 'POST',
      headers: { host: '127.0.0.1:8080', 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  };

  test('by the page alone, and told what it has forgotten', async () => {
    const order = { series: SERIES, to: 5, excise: [7, 9] };
    const answer = await post(order);
    expect([answer.status, await answer.json()]).toEqual([200, { series: SERIES, left: [6, 99] }]);
    expect(orders).toEqual([order]);
    expect((await post(order, { origin: 'https://other.example' })).status).toBe(403);
    expect((await post({ series: SERIES })).status).toBe(400);
    expect(orders).toEqual([]);
  });

  test('or told why not', async () => {
    const answer = await post({ series: 'unknown', to: 5 });
    expect([answer.status, await answer.json()]).toMatchObject([409, { code: 'COMMAND_REFUSED' }]);
    expect((await post({ series: SERIES, to: 5 }, {}, false)).status).toBe(404);
  });
});

describe('the clock of a replay', () => {
  const actions: ReplayAction[] = [];
  const replay = { position: 1, next: 2, speed: '60x', isPaused: false, secondsLeft: null };
  const post = (body: unknown, headers: Readonly<Record<string, string>> = {}, isReplay = true) => {
    actions.length = 0;
    const app = createApp({
      host: '127.0.0.1',
      history: new RecentHistory({ points: 1, series: 1 }),
      feed: new LiveFeed(),
      status: () => demoStatus(1, { replay: isReplay ? replay : null }),
      ...(isReplay && { replay: (action: ReplayAction) => void actions.push(action) }),
    });
    return app.request('/api/replay', {
      method: 'POST',
      headers: { host: '127.0.0.1:8080', 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  };

  test.each<[unknown, ReplayAction]>([
    [{ action: 'pause' }, { action: 'pause' }],
    [{ action: 'resume' }, { action: 'resume' }],
    [{ action: 'step' }, { action: 'step' }],
    [
      { action: 'step', readings: 10 },
      { action: 'step', readings: 10 },
    ],
    [
      { action: 'step', time: '1h' },
      { action: 'step', time: HOUR },
    ],
    [
      { action: 'speed', speed: '0.5x' },
      { action: 'speed', speed: 0.5 },
    ],
    [
      { action: 'speed', speed: 'max' },
      { action: 'speed', speed: Infinity },
    ],
  ])('%j', async (body, action) => {
    const answer = await post(body, { origin: 'http://127.0.0.1:8080' });
    expect([answer.status, await answer.json()]).toEqual([200, replay]);
    expect(actions).toEqual([action]);
  });

  test.each([
    [{ action: 'pause' }, { origin: 'http://evil.example' }, 403],
    [{ action: 'pause' }, { host: 'evil.example' }, 403],
    ['action=pause', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [{ action: 'rewind' }, {}, 400],
    [{ action: 'pause', readings: 1 }, {}, 400],
    [{ action: 'step', readings: 0 }, {}, 400],
    [{ action: 'step', readings: 1, time: '1h' }, {}, 400],
    [{ action: 'speed', speed: '0x' }, {}, 400],
    [{ action: 'speed', speed: '3m' }, {}, 400],
  ])('%j with %j is refused', async (body, headers, status) => {
    expect((await post(body, headers)).status).toBe(status);
    expect(actions).toEqual([]);
  });

  test('a live run has none, and a GET is no command', async () => {
    const answer = await post({ action: 'pause' }, {}, false);
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'NO_REPLAY' }]);
    expect((await get(demoApp().app, '/api/replay')).status).toBe(405);
  });
});
