import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { loadSettings } from '../../src/config/load.ts';
import { documentOf } from '../../src/route/document.ts';
import { RouteSettings, routesOf } from '../../src/route/settings.ts';
import { told } from './alerts.ts';

const schema = z.strictObject({ routes: RouteSettings });
const load = (routes: unknown) => loadSettings(schema, { defaults: { routes } }).routes;

test('there are none by default', () => {
  expect(loadSettings(schema, { defaults: {} }).routes).toEqual([]);
  expect(routesOf({})).toEqual([]);
});

test('what is not said has a default', () => {
  expect(load([{ kind: 'webhook', name: 'w', url: 'https://x.test/a?b=c' }])).toEqual([
    {
      kind: 'webhook',
      name: 'w',
      url: 'https://x.test/a?b=c',
      match: { severity: 'warning', series: '*', labels: {} },
      sendResolved: true,
      groupBy: [],
      retry: { first: 1000, longest: 60_000, longestAsked: 300_000 },
      timeout: 10_000,
      allowInsecure: false,
      allowPrivate: false,
    },
  ]);
});

describe('are refused', () => {
  const w = { kind: 'webhook', name: 'w', url: 'https://x.test' };
  const s = { kind: 'slack', name: 's', webhook: 'https://hooks.slack.com/S3CRET' };
  test.each([
    [
      'an address that is a secret',
      [s],
      'routes.0.webhook: expected { env: NAME } or { file: PATH }, got a text (not shown)',
    ],
    ['two of one name', [w, w], 'routes.1.name: expected a name that no other route has, got "w"'],
    ['a name that no topic can have', [{ ...w, name: 'a b' }], 'routes.0.name: expected 1 to 64 of'],
    ['http', [{ ...w, url: 'http://x.test' }], 'routes.0.url: expected https, or allowInsecure: true'],
    ['a password in an address', [{ ...w, url: 'https://u:S3CRET@x.test' }], 'without user and password'],
    [
      'a secret in the settings',
      [{ ...w, secret: 'S3CRET' }],
      'routes.0.secret: expected { env: NAME } or { file: PATH }',
    ],
    ['another kind', [{ ...w, kind: 'webhok' }], 'did you mean webhook?'],
    [
      'SMTP in the clear',
      [{ kind: 'email', name: 'e', host: 'h', from: 'a@b', to: ['c@d'], tls: 'none' }],
      'routes.0.tls: expected starttls or implicit, or allowInsecure: true',
    ],
    [
      'a user without a password',
      [{ kind: 'email', name: 'e', host: 'h', from: 'a@b', to: ['c@d'], username: { env: 'U' } }],
      'expected username and password, or neither',
    ],
    ['e-mails to nobody', [{ kind: 'email', name: 'e', host: 'h', from: 'a@b', to: [] }], 'routes.0.to'],
  ])('%s', (_, routes, message) => {
    expect(() => load(routes)).toThrow(message);
    try {
      load(routes);
    } catch (error) {
      expect(String(error)).not.toContain('S3CRET');
    }
  });
});

test('http and private networks where they are allowed', () => {
  const url = 'http://127.0.0.1:9093';
  expect(load([{ kind: 'alertmanager', name: 'a', url, allowInsecure: true }])).toMatchObject([{ url }]);
});

describe('the README', () => {
  const section = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    .split('\n## Alerts to people\n')[1]!
    .split('\n## ')[0]!;
  const block = (language: string): string => section.split(`\`\`\`${language}\n`)[1]!.split('```')[0]!;

  test('shows routes that fit', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'foretide-readme-')), 'alerts.yaml');
    writeFileSync(path, block('yaml'));
    const { settings, defaults } = anomalyAlerts;
    const kinds = loadSettings(settings, { defaults, file: path }).routes.map(({ kind }) => kind);
    expect(kinds).toEqual(['alertmanager', 'pagerduty', 'slack', 'webhook', 'email', 'file', 'stdout']);
    rmSync(dirname(path), { recursive: true });
  });

  test('shows what a webhook is sent', () => {
    expect(JSON.parse(block('json'))).toEqual(documentOf(told({ value: 61.2 }), {}));
  });
});
