import { z } from 'zod';
import { Duration } from '../duration.ts';
import { SecretSettings } from '../secret.ts';

/** An address of HTTP; a user and a password in it would be shown. */
const Address = z
  .url({ protocol: /^https?$/, error: 'expected an address such as https://alerts.example.com/hook' })
  .superRefine((url, context) => {
    if (!URL.canParse(url)) return;
    const { username, password } = new URL(url);
    if (username === '' && password === '') return;
    const message = 'expected an address without user and password, got one with them';
    context.addIssue({ code: 'custom', message, input: '(not shown)' });
  });

const Match = z.strictObject({
  severity: z
    .enum(['warning', 'critical'])
    .default('warning')
    .describe('How severe an alert must be, at least, when it fires'),
  series: z.string().min(1).default('*').describe('Series whose alerts go this way; * stands for any text'),
  labels: z
    .record(z.string(), z.string())
    .default({})
    .describe('Labels that an alert must have, e.g. { site: berlin-* }'),
});
export type MatchSettings = z.output<typeof Match>;

const Retry = z.strictObject({
  first: Duration.prefault('1s').describe(
    'Pause before the first new attempt; it doubles with each further one, and up to as much again is left to chance',
  ),
  longest: Duration.prefault('1m').describe('Longest pause between two attempts. There is no last attempt'),
  longestAsked: Duration.prefault('5m').describe(
    'Longest pause that the receiver may ask for by Retry-After',
  ),
});

/** What every route has. */
const route = {
  name: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,64}$/, 'expected 1 to 64 of a-z, A-Z, 0-9, ., _ and -')
    .describe('Name of the route, which its place in the outbox is kept under; unlike all others'),
  match: Match.prefault({}).describe('Which alerts go this way'),
  sendResolved: z.boolean().default(true).describe('Whether it is told that an alert is over, too'),
  pageUrl: Address.optional().describe(
    'Address of the live page, as people reach it: alerts have a link to it',
  ),
  retry: Retry.prefault({}).describe('How attempts are repeated while the receiver is away or busy'),
};

/** What every route over a network has. */
const network = {
  ...route,
  timeout: Duration.prefault('10s').describe('Longest time that an attempt may take'),
  allowInsecure: z
    .boolean()
    .default(false)
    .describe('Whether it may go without TLS, so that others can read and change it on its way'),
  allowPrivate: z
    .boolean()
    .default(false)
    .describe('Whether the receiver may be in a private network or on this machine'),
};

const groupBy = z
  .array(z.string().min(1))
  .default([])
  .describe('Labels whose values, taken together, say which group an alert belongs to');

/** With a TLS of its own: never without it unless that is allowed. */
const isSecure = ({
  url,
  allowInsecure,
}: {
  readonly url: string;
  readonly allowInsecure: boolean;
}): boolean => allowInsecure || url.startsWith('https:');
const insecure = { error: 'expected https, or allowInsecure: true', path: ['url'] };

const AlertmanagerRoute = z
  .strictObject({
    kind: z.literal('alertmanager').describe("Alerts go to Prometheus's Alertmanager, API v2"),
    ...network,
    url: Address.describe('Address of Alertmanager, without /api/v2'),
    token: SecretSettings.optional().describe('Where a bearer token is, where one is asked for'),
    alertname: z.string().min(1).default('ForetideAnomaly').describe('Label alertname of the alerts'),
    resendEvery: Duration.refine((ms) => ms >= 100, 'expected 100ms or more')
      .prefault('1m')
      .describe(
        'How often an alert that fires is sent again; one that is not, as this process is gone, ends after four times as long',
      ),
  })
  .refine(isSecure, insecure);

const WebhookRoute = z
  .strictObject({
    kind: z.literal('webhook').describe('Alerts are posted as JSON'),
    ...network,
    url: Address.describe('Address that they are posted to'),
    groupBy,
    secret: SecretSettings.optional().describe(
      'Where the secret is that they are signed with, by HMAC-SHA256',
    ),
    token: SecretSettings.optional().describe('Where a bearer token is, where one is asked for'),
    template: z
      .json()
      .optional()
      .describe(
        'JSON that is sent in place of ours; in its texts {series}, {text}, {labels.site}, … stand for what ours has there',
      ),
  })
  .refine(isSecure, insecure);

const SlackRoute = z.strictObject({
  kind: z
    .literal('slack')
    .describe('Alerts go to an incoming webhook of Slack, or of what understands its messages'),
  ...network,
  webhook: SecretSettings.prefault({ env: 'SLACK_WEBHOOK_URL' }).describe(
    "Where the webhook's address is: whoever knows it may write",
  ),
});

const PagerDutyRoute = z
  .strictObject({
    kind: z.literal('pagerduty').describe('Alerts are events of PagerDuty, Events API v2'),
    ...network,
    url: Address.default('https://events.pagerduty.com/v2/enqueue').describe(
      'Address of the API: there is another one for accounts in the EU',
    ),
    groupBy,
    routingKey: SecretSettings.prefault({ env: 'PAGERDUTY_ROUTING_KEY' }).describe(
      'Where the integration key of the service is',
    ),
  })
  .refine(isSecure, insecure);

const EmailRoute = z
  .strictObject({
    kind: z.literal('email').describe('Alerts are e-mails'),
    ...network,
    host: z.string().min(1).describe('SMTP server'),
    port: z.int().min(1).max(65_535).default(587).describe('Its port'),
    tls: z
      .enum(['starttls', 'implicit', 'none'])
      .default('starttls')
      .describe(
        'starttls: begins in the clear and goes on encrypted, or not at all; implicit: encrypted from the start',
      ),
    username: SecretSettings.optional().describe('User name, where the server asks for one'),
    password: SecretSettings.optional().describe('Password'),
    from: z.string().min(3).describe('Address of the sender'),
    to: z.array(z.string().min(3)).min(1).describe('Addresses of those who are told'),
  })
  .refine(({ tls, allowInsecure }) => allowInsecure || tls !== 'none', {
    error: 'expected starttls or implicit, or allowInsecure: true',
    path: ['tls'],
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'expected username and password, or neither',
    path: ['username'],
  });

const FileRoute = z.strictObject({
  kind: z.literal('file').describe('Alerts are appended to a file, a line of JSON each'),
  ...route,
  path: z.string().min(1).describe('The file'),
});

const StdoutRoute = z.strictObject({
  kind: z.literal('stdout').describe('Alerts are lines on standard output'),
  ...route,
});

/** One way that alerts go to people. */
const Route = z.discriminatedUnion('kind', [
  AlertmanagerRoute,
  WebhookRoute,
  SlackRoute,
  PagerDutyRoute,
  EmailRoute,
  FileRoute,
  StdoutRoute,
]);
export type RouteSetting = z.output<typeof Route>;
/** The settings of a kind. */
export type RouteOf<K extends RouteSetting['kind']> = Extract<RouteSetting, { readonly kind: K }>;
/** Where alerts go: the section `routes` of a pipeline that has the stage `alert`. */
export const RouteSettings = z
  .array(Route)
  .prefault([])
  .superRefine((routes, context) => {
    const names = new Set<string>();
    for (const [i, { name }] of routes.entries()) {
      if (names.has(name))
        context.addIssue({
          code: 'custom',
          message: 'expected a name that no other route has',
          path: [i, 'name'],
          input: name,
        });
      names.add(name);
    }
  })
  .describe('Where alerts go, each route by itself');
export type RouteSettings = z.output<typeof RouteSettings>;

/** The section `routes` of a pipeline's settings; none where it has no such section. */
export function routesOf(settings: object): RouteSettings {
  const routes: unknown = Reflect.get(settings, 'routes');
  // checked when the settings were read, by the schema that the pipeline has spread in
  return Array.isArray(routes) ? (routes as RouteSettings) : [];
}
