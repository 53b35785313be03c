import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { signature, webhook } from '../../src/route/webhook.ts';
import { told } from './alerts.ts';
import { Listener } from './listener.ts';
import { routeOf } from './route-of.ts';

const never = new AbortController().signal;
let listener: Listener;
beforeEach(async () => {
  listener = await new Listener().start();
  process.env['HOOK_SECRET'] = 'S3CRET';
});
afterEach(() => listener.stop());

const deliver = async (more: object = {}, alert = told()) =>
  (await webhook(routeOf('webhook', { url: `${listener.url}/hook`, ...more }))).deliver(alert, never);

/** What the README promises. */
const AlertDocument = z.strictObject({
  key: z.string(),
  id: z.string(),
  state: z.enum(['firing', 'resolved']),
  severity: z.enum(['warning', 'critical']),
  reason: z.string(),
  series: z.string(),
  channel: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  group: z.string().nullable(),
  since: z.iso.datetime(),
  time: z.iso.datetime(),
  score: z.number(),
  peak: z.number(),
  value: z.number().nullable(),
  expected: z.number().nullable(),
  lo: z.number().nullable(),
  hi: z.number().nullable(),
  evidence: z.strictObject({
    surprise: z.number().nullable(),
    jump: z.number().nullable(),
    flatline: z.number().nullable(),
    novelty: z.number().nullable(),
  }),
  nearest: z.strictObject({ value: z.number(), time: z.iso.datetime() }).nullable(),
  title: z.string(),
  text: z.string(),
  link: z.url().nullable(),
});

test('posts an alert as JSON', async () => {
  await deliver({ pageUrl: 'https://page.test/x', groupBy: ['site', 'none'] });
  expect(listener.heard[0]).toMatchObject({ method: 'POST', path: '/hook' });
  const document = AlertDocument.parse(listener.bodies[0]);
  expect(document).toMatchObject({
    key: 'berlin.press-2@1767323040000/firing',
    series: 'berlin.press-2',
    since: '2026-01-02T03:04:00.000Z',
    group: 'berlin',
    value: 61.234567,
    channel: null,
    link: 'https://page.test/x#berlin.press-2',
  });
  expect(listener.heard[0]!.headers).not.toHaveProperty('foretide-signature');
});

describe('its headers', () => {
  test('the idempotency key is of the turn: the same each time', async () => {
    await deliver();
    await deliver();
    await deliver({}, told({ state: 'resolved' }));
    const keys = listener.heard.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([
      'berlin.press-2@1767323040000/firing',
      'berlin.press-2@1767323040000/firing',
      'berlin.press-2@1767323040000/resolved',
    ]);
  });

  test('can hold any series, each its own', async () => {
    await deliver({}, told({ series: 'Müller 100%\n🌊', since: 1 }));
    await deliver({}, told({ series: 'M%C3%BCller', since: 1 }));
    await deliver({}, told({ series: 'Müller', since: 1 }));
    const keys = listener.heard.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([
      'M%C3%BCller%20100%25%0A%F0%9F%8C%8A@1/firing',
      'M%25C3%25BCller@1/firing',
      'M%C3%BCller@1/firing',
    ]);
  });

  test('are signed over time and body', async () => {
    await deliver({ secret: { env: 'HOOK_SECRET' }, token: { env: 'HOOK_SECRET' } });
    const { headers, body } = listener.heard[0]!;
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['foretide-signature']))!;
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60);
    expect(mac).toBe(createHmac('sha256', 'S3CRET').update(`${seconds}.${body}`).digest('hex'));
    expect(headers.authorization).toBe('Bearer S3CRET');
    expect(body).not.toContain('S3CRET');
  });

  test('the signature is that of others who compute it', () => {
    // printf '1767225600.{"a":1}' | openssl dgst -sha256 -hmac key
    expect(signature('key', '{"a":1}', 1_767_225_600_999)).toBe(
      't=1767225600,v1=80f7b75f8618b9b24d72673996a625f1a43f7387a26b6739d667431724fe4d23',
    );
  });
});

test('sends what the template says', async () => {
  await deliver({
    template: { msgtype: 'text', text: { content: '{title}: {text}' }, v: '{value}', site: '{labels.site}' },
  });
  expect(listener.bodies[0]).toEqual({
    msgtype: 'text',
    text: {
      content: expect.stringMatching(/^berlin\.press-2: surprise: the error of the forecast is rarer/),
    },
    v: 61.234567,
    site: 'berlin',
  });
});

test('a secret that is not there is missed at once', async () => {
  const route = routeOf('webhook', { url: listener.url, secret: { env: 'NOT_THERE' } });
  await expect(webhook(route)).rejects.toMatchObject({ code: 'SECRET_MISSING' });
});

test('is checked without a request', async () => {
  const receiver = await webhook(routeOf('webhook', { url: listener.url }));
  expect(await receiver.check()).toEqual([
    `webhook 127.0.0.1:${listener.port} is reached at 127.0.0.1, without TLS`,
  ]);
  expect(listener.heard).toEqual([]);
});
