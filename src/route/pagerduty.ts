import { createHash } from 'node:crypto';
import { readSecret } from '../secret.ts';
import { documentOf } from './document.ts';
import { call, reach, shownUrl } from './http.ts';
import type { Receiver } from './receiver.ts';
import type { RouteOf } from './settings.ts';
import type { ToldAlert } from './told-alert.ts';

/** Most characters of `dedup_key` and of `payload.summary`. */
const MOST_KEY = 255;
const MOST_SUMMARY = 1024;

/**
 * PagerDuty, Events API v2: what fires triggers an alert, and what is over resolves it.
 *
 * @see https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
 */
export async function pagerduty(settings: RouteOf<'pagerduty'>): Promise<Receiver> {
  const routingKey = await readSecret(settings.routingKey);
  return {
    name: `pagerduty ${shownUrl(settings.url)}`,
    check: async () => [`PagerDuty's API ${await reach(settings)}`],
    async deliver(alert, stop) {
      const body = JSON.stringify({ routing_key: routingKey, ...pagerdutyEvent(alert, settings) });
      await call(settings, { method: 'POST', body }, stop);
    },
  };
}

/** The event but for its routing key. */
export function pagerdutyEvent(
  alert: ToldAlert,
  settings: Pick<RouteOf<'pagerduty'>, 'pageUrl' | 'groupBy'>,
): object {
  const document = documentOf(alert, settings);
  const { group, link, time } = document;
  const { id, state, series, severity, reason, channel } = alert;
  return {
    event_action: state === 'resolved' ? 'resolve' : 'trigger',
    dedup_key: id.length > MOST_KEY ? createHash('sha256').update(id).digest('hex') : id,
    client: 'Foretide',
    ...(link !== null && { client_url: link, links: [{ href: link, text: 'Live page' }] }),
    payload: {
      summary: `${document.title}: ${document.text}`.slice(0, MOST_SUMMARY),
      source: series,
      severity,
      timestamp: time,
      class: reason,
      ...(channel !== '' && { component: channel }),
      ...(group !== null && { group }),
      custom_details: document,
    },
  };
}
