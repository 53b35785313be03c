import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { alertmanager, postable } from '../../src/route/alertmanager.ts';
import { over, told } from './alerts.ts';
import { Listener } from './listener.ts';
import { routeOf } from './route-of.ts';

const labelSet = z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string().min(1));

/**
 * `postableAlerts`.
 *
 * @see https://github.com/prometheus/alertmanager/blob/v0.25.0/api/v2/openapi.yaml
 */
const Postable = z.array(
  z.strictObject({
    labels: labelSet,
    annotations: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string()).optional(),
    startsAt: z.iso.datetime({ offset: true }).optional(),
    endsAt: z.iso.datetime({ offset: true }).optional(),
    generatorURL: z.url().optional(),
  }),
);

const never = new AbortController().signal;
let listener: Listener;
beforeEach(async () => {
  listener = await new Listener().start();
});
afterEach(() => listener.stop());

describe('an alert', () => {
  const settings = routeOf('alertmanager', { url: 'http://x.test', pageUrl: 'https://page.test' });
  const now = Date.UTC(2026, 0, 2, 3, 5);
  const post = (alert = told()) => Postable.parse([postable(alert, settings, now)])[0]!;

  test('has labels, words, and an end four times as far ahead as it is sent again', () => {
    expect(post()).toEqual({
      labels: {
        alertname: 'ForetideAnomaly',
        series: 'berlin.press-2',
        severity: 'warning',
        reason: 'surprise',
        site: 'berlin',
      },
      annotations: {
        summary: 'berlin.press-2: surprise',
        description: expect.stringContaining('rarer than one in a million'),
        id: 'berlin.press-2@1767323040000',
        value: '61.234567',
        expected: '88.4',
        lo: '80',
        hi: '95.7',
      },
      startsAt: '2026-01-02T03:04:00.000Z',
      endsAt: '2026-01-02T03:09:00.000Z',
      generatorURL: 'https://page.test/#berlin.press-2',
    });
  });

  test('that is over has the same labels, and its end', () => {
    const alert = told({ since: now - 3_600_000 });
    expect(post(over(alert))).toMatchObject({
      labels: post(alert).labels,
      startsAt: '2026-01-02T02:05:00.000Z',
      endsAt: '2026-01-02T02:15:00.000Z',
    });
  });

  test('of the future has begun and ended by now: else it would fire on', () => {
    const alert = told({ since: now + 3_600_000 });
    const at = new Date(now).toISOString();
    expect(post(alert)).toMatchObject({ startsAt: at, endsAt: '2026-01-02T03:09:00.000Z' });
    expect(post(over(alert))).toMatchObject({ startsAt: at, endsAt: at });
  });

  test('has only labels that Prometheus can have, and those of ours win', () => {
    const labels = { größe$: 'x', series: 'other', empty: '' };
    expect(post(told({ labels, channel: 'load' })).labels).toEqual({
      alertname: 'ForetideAnomaly',
      series: 'berlin.press-2',
      severity: 'warning',
      reason: 'surprise',
      channel: 'load',
      gr__e_: 'x',
    });
  });
});

test('posts one, and many again', async () => {
  process.env['AM_TOKEN'] = 'S3CRET';
  const settings = routeOf('alertmanager', {
    url: `${listener.url}/am/`,
    token: { env: 'AM_TOKEN' },
    resendEvery: '5m',
  });
  const receiver = await alertmanager(settings);
  await receiver.deliver(told(), never);
  await receiver.again!.tell(
    Array.from({ length: 501 }, (_, i) => told({ series: `s${i}` })),
    never,
  );
  expect(receiver.again!.every).toBe(300_000);
  expect(listener.heard.map(({ method, path, headers }) => [method, path, headers.authorization])).toEqual(
    Array.from({ length: 3 }, () => ['POST', '/am/api/v2/alerts', 'Bearer S3CRET']),
  );
  expect(listener.bodies.map((body) => Postable.parse(body).length)).toEqual([1, 500, 1]);
});

test('is asked for its version', async () => {
  const receiver = await alertmanager(routeOf('alertmanager', { url: listener.url }));
  listener.reply = () => ({ status: 200, text: '{"versionInfo":{"version":"9.9"}}' });
  expect(await receiver.check()).toEqual([`Alertmanager 9.9 answers at ${listener.url}`]);
  expect(listener.heard).toMatchObject([{ method: 'GET', path: '/api/v2/status' }]);
});
