import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { slack } from '../../src/route/slack.ts';
import { over, told } from './alerts.ts';
import { Listener } from './listener.ts';
import { routeOf } from './route-of.ts';

const plain = (most: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(most),
    emoji: z.boolean().optional(),
  });

/**
 * What an incoming webhook takes, as far as we use it.
 *
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 * @see https://docs.slack.dev/reference/block-kit/blocks/header-block
 * @see https://docs.slack.dev/reference/block-kit/blocks/section-block
 * @see https://docs.slack.dev/reference/block-kit/blocks/context-block
 */
const Message = z.strictObject({
  text: z.string().min(1).max(40_000),
  blocks: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('header'), text: plain(150) }),
        z.strictObject({
          type: z.literal('section'),
          text: z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3000) }),
        }),
        z.strictObject({ type: z.literal('context'), elements: z.array(plain(3000)).min(1).max(10) }),
      ]),
    )
    .max(50),
});

const never = new AbortController().signal;
let listener: Listener;
beforeEach(async () => {
  listener = await new Listener().start();
  listener.reply = () => ({ status: 200, text: 'ok' });
  process.env['SLACK_WEBHOOK_URL'] = `${listener.url}/services/T/B/S3CRET`;
});
afterEach(() => listener.stop());

test('a message that Slack takes', async () => {
  const receiver = await slack(routeOf('slack', { pageUrl: 'https://page.test' }));
  const alert = told({ severity: 'critical' });
  await receiver.deliver(alert, never);
  await receiver.deliver(over(alert), never);
  expect(listener.heard[0]!.path).toBe('/services/T/B/S3CRET');
  const [fires, ends] = listener.bodies.map((body) => Message.parse(body));
  expect(fires!.text).toMatch(/^🔴 critical berlin\.press-2: surprise: the error of the forecast is rarer/);
  expect(fires!.blocks[1]).toMatchObject({
    text: { text: expect.stringContaining('\n<https://page.test/#berlin.press-2|Live page>') },
  });
  expect(fires!.blocks[2]).toMatchObject({
    elements: [{ text: '2026-01-02 03:04 UTC' }, { text: 'site: berlin' }],
  });
  expect(ends!.text).toMatch(/^🟢 resolved berlin\.press-2: surprise: .*: over$/);
});

test('also of a series with any name and many labels', async () => {
  const receiver = await slack(routeOf('slack', { pageUrl: 'https://page.test' }));
  const labels = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`l${i}`, 'x'.repeat(500)]));
  await receiver.deliver(told({ series: '<!channel> & '.repeat(100), labels }), never);
  const message = Message.parse(listener.bodies[0]);
  expect(message.text).toContain('&lt;!channel&gt; &amp; ');
  expect(message.text).not.toContain('<!');
});

test('its address is a secret: it stands in no message', async () => {
  const receiver = await slack(routeOf('slack'));
  listener.reply = () => ({ status: 403, text: 'invalid_token' });
  const said = await receiver.deliver(told(), never).catch((error: unknown) => String(error));
  expect(said).toBe('DeliveryError: 403 invalid_token');
  expect(`${receiver.name} ${(await receiver.check()).join()}`).not.toContain('S3CRET');
});
