import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { call, reach, shownUrl, type Target } from '../../src/route/http.ts';
import { Listener } from './listener.ts';

const read = (name: string): string => readFileSync(new URL(`tls/${name}`, import.meta.url), 'utf8');
const tls = { cert: read('cert.pem'), key: read('key.pem') };
const known = getCACertificates('default');

const begun: Listener[] = [];
afterEach(async () => {
  setDefaultCACertificates(known);
  for (const listener of begun.splice(0)) await listener.stop();
});

async function listen(secure?: typeof tls): Promise<Listener> {
  const listener = await new Listener(secure).start();
  begun.push(listener);
  return listener;
}

const never = new AbortController().signal;
const target = (url: string, more: Partial<Target> = {}): Target => ({
  url,
  timeout: 2000,
  allowInsecure: true,
  allowPrivate: true,
  ...more,
});
const post = (to: Target, stop = never) => call(to, { method: 'POST', body: '{"ä":1}' }, stop);

test('sends a body as JSON, and gives the answer', async () => {
  const listener = await listen();
  listener.reply = () => ({ status: 202, headers: { 'x-y': 'z' }, text: 'ok' });
  expect(await post(target(`${listener.url}/a?b=c`))).toMatchObject({
    status: 202,
    text: 'ok',
    headers: { 'x-y': 'z' },
  });
  expect(listener.heard).toEqual([
    {
      method: 'POST',
      path: '/a?b=c',
      body: '{"ä":1}',
      at: expect.any(Number),
      headers: expect.objectContaining({
        host: `127.0.0.1:${listener.port}`,
        'content-type': 'application/json',
        'content-length': '8',
        'user-agent': 'foretide',
      }),
    },
  ]);
});

describe('where it may go', () => {
  test('not to this machine unless that is allowed: no connection is made', async () => {
    const listener = await listen();
    const hosts = [
      '127.0.0.1',
      'localhost',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::1]',
      '[::]',
      '0.0.0.0',
    ];
    // what a browser's way of reading addresses makes of them
    const disguised = [
      '0x7f000001',
      '2130706433',
      '017700000001',
      '127.1',
      '0',
      '127。0。0。1',
      '%31%32%37.0.0.1',
    ];
    for (const host of [...hosts, ...disguised]) {
      const to = target(`http://${host}:${listener.port}/`, { allowPrivate: false });
      await expect(post(to)).rejects.toMatchObject({ code: 'ROUTE_REFUSED' });
      await expect(reach(to)).rejects.toMatchObject({ code: 'ROUTE_REFUSED' });
    }
    expect(listener.heard).toEqual([]);
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[::ffff:169.254.169.254]/',
    'http://10.0.0.1/',
    'http://user:secret@192.168.1.1/',
  ])('not into a private network, nor to what a cloud tells its machines: %s', async (url) => {
    const refused = { code: 'ROUTE_REFUSED', message: expect.not.stringContaining('secret') };
    await expect(post(target(url, { allowPrivate: false }))).rejects.toMatchObject(refused);
  });

  test.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1:25/',
    'data:,x',
    'unix:/run/x',
    'x',
  ])('not by anything but HTTP: %s', async (url) => {
    await expect(post(target(url))).rejects.toMatchObject({ name: 'DeliveryError' });
  });

  test('to the very address that was looked at, whatever the name is by then', async () => {
    const listener = await listen();
    let asked = 0;
    const resolve = async () => [{ address: (asked += 1) === 1 ? '127.0.0.1' : '192.0.2.1', family: 4 }];
    await post({ ...target(`http://receiver.test:${listener.port}/`), resolve });
    expect([asked, listener.heard[0]?.headers.host]).toEqual([1, `receiver.test:${listener.port}`]);
  });

  test('not without TLS unless that is allowed', async () => {
    const listener = await listen();
    await expect(post(target(listener.url, { allowInsecure: false }))).rejects.toThrow('allowInsecure');
    expect(listener.heard).toEqual([]);
  });

  test.each([301, 302, 303, 307, 308])('not where a redirect leads: %i', async (status) => {
    const [first, second] = [await listen(), await listen()];
    first.reply = () => ({ status, headers: { location: second.url } });
    await expect(post(target(first.url))).rejects.toMatchObject({
      isPassing: false,
      message: `${status} a redirect, which is not followed`,
    });
    expect(second.heard).toEqual([]);
  });

  test('not to a server whose certificate nobody knows', async () => {
    const listener = await listen(tls);
    await expect(post(target(listener.url))).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(listener.heard).toEqual([]);
    setDefaultCACertificates([tls.cert]);
    await post(target(listener.url, { allowInsecure: false }));
    expect(listener.heard.length).toBe(1);
  });

  test('not to one whose certificate is of another name', async () => {
    const listener = await listen(tls);
    setDefaultCACertificates([tls.cert]);
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    await post({ ...target(`https://receiver.test:${listener.port}/`), resolve });
    const other = { ...target(`https://other.test:${listener.port}/`), resolve };
    await expect(post(other)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    await expect(reach(other)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(listener.heard.length).toBe(1);
  });
});

describe('what an answer means', () => {
  test.each([400, 401, 403, 404, 405, 410, 413, 422, 301])('%i: never again', async (status) => {
    const listener = await listen();
    listener.reply = () => ({ status, text: 'no' });
    await expect(post(target(listener.url))).rejects.toMatchObject({
      name: 'DeliveryError',
      isPassing: false,
    });
  });

  test.each([408, 425, 429, 500, 502, 503, 504])('%i: later', async (status) => {
    const listener = await listen();
    listener.reply = () => ({ status, headers: { 'retry-after': '7' }, text: 'later' });
    await expect(post(target(listener.url))).rejects.toMatchObject({
      message: `${status} later`,
      isPassing: true,
      retryAfter: 7000,
    });
  });

  test('none in time: later', async () => {
    const listener = await listen();
    listener.reply = () => 'hang';
    await expect(post(target(listener.url, { timeout: 100 }))).rejects.toMatchObject({
      message: 'no answer within 0.1 s',
      isPassing: true,
    });
  });

  test('a name that the resolver does not answer for: later', async () => {
    const to = {
      ...target('http://receiver.test/', { timeout: 100 }),
      resolve: () => new Promise<never>(() => {}),
    };
    await expect(post(to)).rejects.toMatchObject({ isPassing: true });
  });

  test('an abort ends it at once', async () => {
    const listener = await listen();
    const stop = new AbortController();
    listener.reply = () => {
      stop.abort(new Error('enough'));
      return 'hang';
    };
    await expect(post(target(listener.url), stop.signal)).rejects.toThrow('aborted');
  });
});

test('reaches a server without sending anything', async () => {
  const listener = await listen(tls);
  setDefaultCACertificates([tls.cert]);
  expect(await reach(target(listener.url))).toBe(
    `127.0.0.1:${listener.port} is reached at 127.0.0.1, TLSv1.3`,
  );
  await listener.stop();
  await expect(reach(target(listener.url))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(listener.heard).toEqual([]);
});

test('shows no more of an address than its host', () => {
  expect(shownUrl('https://hooks.slack.com/services/T/B/SECRET?k=SECRET')).toBe('https://hooks.slack.com');
  expect(shownUrl('SECRET')).toBe('(no address)');
});
