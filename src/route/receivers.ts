import { alertmanager } from './alertmanager.ts';
import { email } from './email.ts';
import { file } from './file.ts';
import { pagerduty } from './pagerduty.ts';
import type { Receiver } from './receiver.ts';
import type { RouteSetting } from './settings.ts';
import { slack } from './slack.ts';
import { stdout } from './stdout.ts';
import { webhook } from './webhook.ts';

/**
 * The receiver at the end of a route; reaches nothing yet.
 *
 * @throws ForetideError SECRET_MISSING
 */
export async function receiverOf(route: RouteSetting): Promise<Receiver> {
  switch (route.kind) {
    case 'alertmanager':
      return alertmanager(route);
    case 'webhook':
      return webhook(route);
    case 'slack':
      return slack(route);
    case 'pagerduty':
      return pagerduty(route);
    case 'email':
      return email(route);
    case 'file':
      return file(route);
    case 'stdout':
      return stdout();
  }
}
