import { describe, expect, test } from 'vitest';
import { createApp } from '../../src/serve/app.ts';
import { LiveFeed } from '../../src/serve/feed.ts';
import { createMetricsApp } from '../../src/serve/metrics.ts';
import { RecentHistory } from '../../src/serve/recent.ts';
import { PageToken } from '../../src/serve/token.ts';
import { demoStatus } from './demo.ts';

const TOKEN = 'a-token-of-some-length';
const token = new PageToken(TOKEN);
const metrics = { contentType: 'text/plain', text: () => Promise.resolve('foretide_ready 1\n') };
const bearer = { authorization: `Bearer ${TOKEN}` };
const cookie = { cookie: `other=1; foretide-page=${token.cookie}` };

function app(more: { readonly openMetrics?: boolean } = {}) {
  return createApp({
    host: '0.0.0.0',
    history: new RecentHistory({ points: 1, series: 1 }),
    feed: new LiveFeed(),
    status: () => demoStatus(1),
    command: () => Promise.resolve(1),
    metrics,
    token,
    ...more,
  });
}

type App = ReturnType<typeof app>;

async function ask(to: App, path: string, headers: Record<string, string> = {}, from = '10.0.0.1') {
  const env = { incoming: { socket: { remoteAddress: from } } };
  return to.request(`http://10.9.9.9:7077${path}`, { headers: { host: '10.9.9.9:7077', ...headers } }, env);
}

const EVERYTHING = [
  '/',
  '/assets/main.js',
  '/api/status',
  '/api/series',
  '/api/live',
  '/api/history?series=x',
  '/metrics',
  '/nothing',
  '/health',
  '/healthy/live',
  '//health/live',
  '/api/status?token=x#/health/',
];

describe('without the token', () => {
  test.each(EVERYTHING)('%s is not answered', async (path) => {
    const answer = await ask(app(), path);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="foretide"');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('no command is taken', async () => {
    const answer = await app().request('http://10.9.9.9:7077/api/alerts/mute', {
      method: 'POST',
      headers: { host: '10.9.9.9:7077', 'content-type': 'application/json' },
      body: '{"series":"s","minutes":1}',
    });
    expect(answer.status).toBe(401);
  });

  test('the page says what to do, in HTML without anything that its policy forbids', async () => {
    const text = await (await ask(app(), '/')).text();
    expect(text).toContain('/?token=');
    expect(text).not.toMatch(/<script|<style|style=|onclick/);
  });

  test.each(['/health/live', '/health/ready'])('%s is: a container is asked for its health', async (path) => {
    const answer = await ask(app(), path);
    expect(answer.status).toBe(200);
    expect(Object.keys((await answer.json()) as object)).not.toContain('model');
  });
});

describe('with the token', () => {
  test.each(['/', '/assets/main.js', '/api/status', '/api/live', '/metrics'])(
    '%s is answered',
    async (path) => {
      for (const headers of [bearer, cookie, { authorization: `bearer  ${TOKEN} ` }]) {
        const answer = await ask(app(), path, headers);
        expect([path, answer.status]).toEqual([path, 200]);
        await answer.body?.cancel();
      }
    },
  );

  test('in the address of the page it becomes a cookie that no script and no other site has, and is gone', async () => {
    const answer = await ask(app(), `/?token=${TOKEN}&x=a%26b`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/?x=a%26b']);
    const set = answer.headers.get('set-cookie') ?? '';
    expect(set.split('; ').toSorted()).toEqual(
      [
        'HttpOnly',
        'Max-Age=2592000',
        'Path=/',
        'SameSite=Strict',
        `foretide-page=${token.cookie}`,
      ].toSorted(),
    );
    expect(set).not.toContain(TOKEN);
  });

  test.each([
    ['/api/status', {}],
    ['/metrics', {}],
    ['/api/status', { 'x-token': TOKEN }],
    ['/api/status', { authorization: TOKEN }],
    ['/api/status', { authorization: `Basic ${TOKEN}` }],
    ['/api/status', { cookie: `foretide-page=${TOKEN}` }],
  ])('elsewhere it is not looked for: %s %j', async (path, headers) => {
    expect((await ask(app(), `${path}?token=${TOKEN}`, headers)).status).toBe(401);
  });

  test('a wrong one in the address is refused, whatever the cookie', async () => {
    expect((await ask(app(), '/?token=wrong', cookie)).status).toBe(401);
  });
});

describe('wrong tokens', () => {
  test('after ten of them even the right one waits, and only there', async () => {
    const one = app();
    for (let i = 0; i < 10; i++)
      expect((await ask(one, '/api/status', { authorization: `Bearer wrong-${i}` })).status).toBe(401);
    const late = await ask(one, '/api/status', bearer);
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(50);
    expect((await ask(one, `/?token=${TOKEN}`)).status).toBe(429);
    expect((await ask(one, '/', cookie)).status).toBe(429);
    expect((await ask(one, '/health/live')).status).toBe(200);
    expect((await ask(one, '/api/status')).status).toBe(401);
    expect((await ask(one, '/api/status', bearer, '10.0.0.2')).status).toBe(200);
  });

  test('none is no wrong one, and a browser with an old cookie loses it', async () => {
    const one = app();
    for (let i = 0; i < 20; i++) await ask(one, '/api/live');
    const answer = await ask(one, '/api/live', { cookie: 'foretide-page=old' });
    expect(answer.headers.get('set-cookie')).toMatch(/^foretide-page=; Max-Age=0/);
    expect((await ask(one, '/api/status', bearer)).status).toBe(200);
  });
});

test('metrics may be open, and then nothing else is', async () => {
  const open = app({ openMetrics: true });
  expect((await ask(open, '/metrics')).status).toBe(200);
  for (const path of ['/metrics/', '/api/status', '/'])
    expect([path, (await ask(open, path)).status]).toEqual([path, 401]);
});

test('a server of metrics asks for it too', async () => {
  const parts = { host: '0.0.0.0', metrics, status: () => demoStatus(1), token };
  const [closed, open] = [createMetricsApp(parts), createMetricsApp({ ...parts, openMetrics: true })];
  expect((await ask(closed, '/metrics')).status).toBe(401);
  expect((await ask(closed, '/metrics', bearer)).status).toBe(200);
  expect((await ask(closed, '/health/ready')).status).toBe(200);
  expect((await ask(open, '/metrics')).status).toBe(200);
});

test('without one to know, everything is answered', async () => {
  const { token: _, ...rest } = { token, host: '127.0.0.1' };
  const none = createApp({
    ...rest,
    history: new RecentHistory({ points: 1, series: 1 }),
    feed: new LiveFeed(),
    status: () => demoStatus(1),
  });
  const answer = await none.request('http://127.0.0.1/api/status', { headers: { host: '127.0.0.1' } });
  expect(answer.status).toBe(200);
});
