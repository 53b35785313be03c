import { createHmac } from 'node:crypto';
import { readSecret } from '../secret.ts';
import { documentOf } from './document.ts';
import { call, reach, shownUrl } from './http.ts';
import type { Receiver } from './receiver.ts';
import type { RouteOf } from './settings.ts';
import { fill } from './template.ts';
import { turnKey } from './told-alert.ts';

/**
 * A webhook: `AlertDocument`, or what the template makes of it, as the body of a POST.
 *
 * 1. `Idempotency-Key` is the same for the same turn of an alert, however often it comes. What is not visible ASCII in it is percent-encoded.
 * 2. With `secret`, `Foretide-Signature: t=SECONDS,v1=HEX`: HEX is the HMAC-SHA256 of `SECONDS.BODY`. A receiver should refuse what is older than
 *    some minutes, and compare in constant time.
 */
export async function webhook(settings: RouteOf<'webhook'>): Promise<Receiver> {
  const { url, secret, token, template } = settings;
  const key = secret && (await readSecret(secret));
  const bearer = token && (await readSecret(token));
  return {
    name: `webhook ${shownUrl(url)}`,
    check: async () => [`webhook ${await reach(settings)}`],
    async deliver(alert, stop) {
      const document = documentOf(alert, settings);
      const body = JSON.stringify(template === undefined ? document : fill(template, document));
      const headers = {
        'idempotency-key': visible(turnKey(alert)),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(key !== undefined && { 'foretide-signature': signature(key, body, Date.now()) }),
      };
      await call(settings, { method: 'POST', headers, body }, stop);
    },
  };
}

/**
 * @param now wall clock, ms
 * @see https://docs.stripe.com/webhooks#verify-manually for the same scheme, explained
 */
export function signature(key: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const mac = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

/** A text as a header can hold it. */
function visible(text: string): string {
  return text.replaceAll(/[^\x21-\x24\x26-\x7e]+/g, (some) => encodeURIComponent(some.toWellFormed()));
}
