import { afterEach, beforeEach, expect, test } from 'vitest';
import { Listener } from '../route/listener.ts';
import { ODD_SETTINGS, oddCsv } from '../route/odd-readings.ts';
import { freePort } from '../services/free-port.ts';
import { FakeInfluxDB } from '../sink/fake-influxdb.ts';
import { begin, type Ended } from './foretide.ts';
import { workplace } from './workplace.ts';

const place = workplace();
const data = place.write('odd.csv', oddCsv(400));

/** A secret for each place where the settings may name one. */
const SECRETS = {
  INFLUX: 'influx-S3CRET-1',
  ALERTMANAGER: 'alertmanager-S3CRET-2',
  HOOK: 'hook-S3CRET-3',
  SIGNATURE: 'signature-S3CRET-4',
  PAGERDUTY: 'pagerduty-S3CRET-5',
  MAIL: 'mail-S3CRET-6',
  SASL: 'sasl-S3CRET-7',
  KEY: '-----BEGIN PRIVATE KEY-----\nkey-S3CRET-8\n-----END PRIVATE KEY-----',
  MAIL_USER: 'mail-user-S3CRET-9',
  SASL_USER: 'sasl-user-S3CRET-10',
};

let listener: Listener;
let influx: FakeInfluxDB;
/** What servers have said that holds a secret. */
let echoes: string[];
beforeEach(async () => {
  listener = await new Listener().start();
  influx = await new FakeInfluxDB().start();
  echoes = [];
});
afterEach(async () => {
  await listener.stop();
  await influx.stop();
});

const secret = (env: string) => ({ env });

async function runs(set: Readonly<Record<string, unknown>>): Promise<Ended> {
  const flags = Object.entries({ 'page.enabled': false, 'metrics.port': 0, ...set }).flatMap(
    ([path, value]) => ['--set', `${path}=${JSON.stringify(value)}`],
  );
  const odd = ODD_SETTINGS.flatMap((each) => ['--set', each]);
  return begin(['run', 'anomaly-alerts', '--log-level', 'debug', '--exit-at-end', ...odd, ...flags], {
    cwd: place.cwd,
    env: { ...SECRETS, SLACK: `${listener.url}/services/slack-S3CRET-0` },
  }).ended;
}

function mustHide({ stdout, stderr }: Ended): void {
  for (const text of [stdout, stderr]) expect(text).not.toContain('S3CRET');
}

test('no secret stands in what a run says at debug level, though every receiver and InfluxDB repeat theirs', async () => {
  listener.reply = ({ path, headers, body }) => {
    const [auth, sign] = [headers.authorization, headers['foretide-signature']];
    const key = /"routing_key":"([^"]+)/.exec(body)?.[1];
    const text = `refused: ${auth} ${key} ${path} ${String(sign)}`;
    if (text.includes('S3CRET')) echoes.push(text);
    return { status: 403, text };
  };
  let writes = 0;
  influx.behave = ({ authorization = '' }) => {
    echoes.push(authorization);
    return ++writes === 1 ? { status: 503, message: `busy for ${authorization}` } : 'store';
  };
  const way = { url: listener.url, allowInsecure: true, allowPrivate: true, retry: { first: '5ms' } };
  const { url: _, ...unnamed } = way;
  const ended = await runs({
    // long enough for what receivers answer to be told
    input: {
      kind: 'file',
      paths: [data],
      pace: '3s',
      decode: { format: 'csv', seriesName: 'm', time: 'time', values: ['value'] },
    },
    'store.path': place.path('secrets.db'),
    output: {
      kind: 'influxdb',
      url: influx.url,
      org: 'o',
      bucket: 'b',
      token: secret('INFLUX'),
      retry: { first: '5ms', longest: '10ms' },
    },
    routes: [
      { kind: 'alertmanager', name: 'am', ...way, token: secret('ALERTMANAGER') },
      { kind: 'webhook', name: 'hook', ...way, token: secret('HOOK'), secret: secret('SIGNATURE') },
      { kind: 'slack', name: 'slack', ...unnamed, webhook: secret('SLACK') },
      { kind: 'pagerduty', name: 'pager', ...way, routingKey: secret('PAGERDUTY') },
      {
        kind: 'email',
        name: 'mail',
        ...unnamed,
        host: '127.0.0.1',
        port: listener.port,
        tls: 'none',
        timeout: '300ms',
        from: 'a@example.com',
        to: ['b@example.com'],
        username: secret('MAIL_USER'),
        password: secret('MAIL'),
      },
    ],
  });
  expect(ended.code).toBe(0);
  // all of them were sent, and repeated
  for (const name of ['INFLUX', 'ALERTMANAGER', 'HOOK', 'PAGERDUTY'] as const)
    expect(echoes.some((text) => text.includes(SECRETS[name]))).toBe(true);
  expect(echoes.some((text) => text.includes('slack-S3CRET-0'))).toBe(true);
  expect(ended.stderr).toMatch(/busy for Token …/);
  for (const said of [/refused: Bearer …/, /refused: undefined … /, /Slack|slack/])
    expect(ended.stderr).toMatch(said);
  mustHide(ended);
});

test('nor where InfluxDB turns a run away for good', async () => {
  influx.behave = ({ authorization = '' }) => ({ status: 401, message: `unauthorized: ${authorization}` });
  const ended = await runs({
    input: {
      kind: 'file',
      paths: [data],
      pace: 'max',
      decode: { format: 'csv', seriesName: 'm', time: 'time', values: ['value'] },
    },
    'store.path': place.path('refused.db'),
    output: { kind: 'influxdb', url: influx.url, org: 'o', bucket: 'b', token: secret('INFLUX') },
  });
  expect(ended.code).not.toBe(0);
  expect(ended.stderr).toContain('INFLUX_UNAUTHORIZED');
  mustHide(ended);
});

test.each([
  ['no broker answers', {}],
  ['the key is none', { tls: { key: secret('KEY') } }],
])('nor those of Kafka, where %s', { timeout: 60_000 }, async (_, more) => {
  const ended = await runs({
    input: {
      kind: 'kafka',
      brokers: [`127.0.0.1:${await freePort()}`],
      topic: 't',
      sasl: { mechanism: 'plain', username: secret('SASL_USER'), password: secret('SASL') },
      ...more,
    },
  });
  expect(ended.code).not.toBe(0);
  expect(ended.stderr).toContain('✖');
  mustHide(ended);
});
