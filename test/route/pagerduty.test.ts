import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { pagerduty } from '../../src/route/pagerduty.ts';
import { over, told } from './alerts.ts';
import { Listener } from './listener.ts';
import { routeOf } from './route-of.ts';

const payload = z.strictObject({
  summary: z.string().min(1).max(1024),
  source: z.string().min(1),
  severity: z.enum(['critical', 'warning', 'error', 'info']),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  component: z.string().optional(),
  group: z.string().optional(),
  class: z.string().optional(),
  custom_details: z.record(z.string(), z.unknown()).optional(),
});

/**
 * An event of the Events API v2.
 *
 * @see https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
 * @see https://developer.pagerduty.com/docs/events-api-v2-overview
 */
const Event = z.strictObject({
  routing_key: z.string().length(32),
  event_action: z.enum(['trigger', 'acknowledge', 'resolve']),
  dedup_key: z.string().min(1).max(255),
  client: z.string().optional(),
  client_url: z.url().optional(),
  links: z.array(z.strictObject({ href: z.url(), text: z.string().optional() })).optional(),
  payload,
});

const never = new AbortController().signal;
const KEY = 'R0123456789abcdef0123456789abcdef'.slice(0, 32);
let listener: Listener;
beforeEach(async () => {
  listener = await new Listener().start();
  listener.reply = () => ({ status: 202, text: '{"status":"success"}' });
  process.env['PAGERDUTY_ROUTING_KEY'] = KEY;
});
afterEach(() => listener.stop());

test('what fires triggers, what is over resolves the same', async () => {
  const url = `${listener.url}/v2/enqueue`;
  const receiver = await pagerduty(
    routeOf('pagerduty', { url, groupBy: ['site'], pageUrl: 'https://page.test' }),
  );
  const alert = told({ severity: 'critical', channel: 'load' });
  await receiver.deliver(alert, never);
  await receiver.deliver(over(alert), never);
  const [fires, ends] = listener.bodies.map((body) => Event.parse(body));
  expect(fires).toMatchObject({
    routing_key: KEY,
    event_action: 'trigger',
    dedup_key: 'berlin.press-2@1767323040000',
    client_url: 'https://page.test/#berlin.press-2',
    payload: {
      summary: expect.stringMatching(/^berlin\.press-2 \(load\): surprise: the error/),
      source: 'berlin.press-2',
      severity: 'critical',
      timestamp: '2026-01-02T03:04:00.000Z',
      class: 'surprise',
      component: 'load',
      group: 'berlin',
    },
  });
  expect(ends).toMatchObject({ event_action: 'resolve', dedup_key: fires!.dedup_key });
});

test('also of a series with a very long name: its key is still the same each time', async () => {
  const receiver = await pagerduty(routeOf('pagerduty', { url: listener.url }));
  const alert = told({ series: 'x'.repeat(2000) });
  await receiver.deliver(alert, never);
  await receiver.deliver(over(alert), never);
  await receiver.deliver(told({ series: 'x'.repeat(2001) }), never);
  const [fires, ends, other] = listener.bodies.map((body) => Event.parse(body));
  expect(ends!.dedup_key).toBe(fires!.dedup_key);
  expect(other!.dedup_key).not.toBe(fires!.dedup_key);
});
