import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { LiveFeed } from '../../src/serve/feed.ts';
import { RecentHistory } from '../../src/serve/recent.ts';
import { serve } from '../../src/serve/server.ts';
import { PageToken } from '../../src/serve/token.ts';
import { demoStatus } from './demo.ts';
import { readings } from './points.ts';

/** A machine that is busy with other tests may take its time. */
const PATIENCE = { timeout: 8000 };

function parts(): { history: RecentHistory; feed: LiveFeed; status: () => ReturnType<typeof demoStatus> } {
  return {
    history: new RecentHistory({ points: 10, series: 10 }),
    feed: new LiveFeed(),
    status: () => demoStatus(1),
  };
}

test('serves on a free port of this machine alone, and frees it again', async () => {
  const page = await serve({ ...parts(), port: 0 });
  expect(page.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await fetch(`${page.address}/health/live`)).json()).toEqual({ status: 'live' });
  await page.close();
  await expect(fetch(`${page.address}/health/live`)).rejects.toThrow('fetch failed');
});

test('a port that is taken is named, with the setting to change', async () => {
  const first = await serve({ ...parts(), port: 0 });
  const port = Number(new URL(first.address).port);
  await expect(serve({ ...parts(), port })).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    canRetry: true,
    facts: { where: 'page.port', expected: `port ${port} of 127.0.0.1 to be free` },
  });
  await first.close();
  const second = await serve({ ...parts(), port });
  await second.close();
});

test('a host that is not of this machine is a setting to change', async () => {
  // 192.0.2.0/24 is for documentation (RFC 5737): no machine has such an address.
  await expect(serve({ ...parts(), host: '192.0.2.1', port: 0, unprotected: true })).rejects.toMatchObject({
    code: 'SETTINGS_INVALID',
    facts: { where: 'page.host' },
  });
});

test.each(['0.0.0.0', '::'])(
  'on %s it does not start without a token, or a word that it need not',
  async (host) => {
    await expect(serve({ ...parts(), host, port: 0 })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      facts: { where: 'page.host', todo: expect.stringContaining('FORETIDE_PAGE_TOKEN') },
    });
    const token = new PageToken('a-token-of-some-length');
    const closed = await serve({ ...parts(), host, port: 0, token });
    expect((await fetch(`${closed.address}/api/live`)).status).toBe(401);
    await closed.close();
    const open = await serve({ ...parts(), host, port: 0, unprotected: true });
    expect((await fetch(`${open.address}/api/status`)).status).toBe(200);
    await open.close();
  },
);

test('closing ends open streams, and a page that leaves gives its place back', async () => {
  const { feed, ...rest } = parts();
  const page = await serve({ ...rest, feed, port: 0, pace: { every: 0, heartbeat: 15_000, retry: 1000 } });
  const leaving = new AbortController();
  const left = await fetch(`${page.address}/api/live`, { signal: leaving.signal });
  const staying = await fetch(`${page.address}/api/live?series=a`);
  expect(feed.connections).toBe(2);
  leaving.abort();
  await expect(left.text()).rejects.toThrow('aborted');
  await expect.poll(() => feed.connections, PATIENCE).toBe(1);
  await page.close();
  await expect(staying.text()).rejects.toThrow('terminated');
  await expect.poll(() => feed.connections, PATIENCE).toBe(0);
});

test('a connection that reads nothing costs a bounded amount of memory', async () => {
  const { feed, ...rest } = parts();
  const page = await serve({ ...rest, feed, port: 0, pace: { every: 0, heartbeat: 15_000, retry: 1000 } });
  const { hostname, port } = new URL(page.address);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET /api/live?series=a HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  await expect.poll(() => feed.connections, PATIENCE).toBe(1);

  // Some 50 MB of events are offered, each time few enough for the mailbox, to a page that does not read. The sockets hold
  // a few MB of them; the rest is not kept but becomes a reload.
  const rows = Array.from({ length: 1900 }, (_, i): [string, number, number] => ['a', i, 1 / 3]);
  for (let batch = 0; batch < 1000; batch++) {
    feed.publish([readings(...rows)]);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  socket.resume();
  await expect.poll(() => received.includes('event: reload'), PATIENCE).toBe(true);
  expect(received).toContain('event: points');
  expect(received.length).toBeLessThan(20_000_000);
  socket.destroy();
  await expect.poll(() => feed.connections, PATIENCE).toBe(0);
  await page.close();
}, 20_000);
