import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setDefaultCACertificates, getCACertificates } from 'node:tls';
import { readFileSync } from 'node:fs';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { email } from '../../src/route/email.ts';
import { over, told } from './alerts.ts';
import { routeOf } from './route-of.ts';

const read = (name: string): string => readFileSync(new URL(`tls/${name}`, import.meta.url), 'utf8');
const known = getCACertificates('default');
const never = new AbortController().signal;
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  setDefaultCACertificates(known);
  for (const end of ends.splice(0)) await end();
});

/** A real SMTP server on loopback, with STARTTLS and a password. */
async function server(options: SMTPServerOptions = {}) {
  const mails: { readonly to: readonly string[]; readonly text: string; readonly isSecure: boolean }[] = [];
  const smtp = new SMTPServer({
    cert: read('cert.pem'),
    key: read('key.pem'),
    authOptional: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _, done) =>
      username === 'u' && password === 'S3CRET' ? done(null, { user: 'u' }) : done(new Error('no such user')),
    onData(stream, { envelope, secure }, done) {
      let mail = '';
      stream.setEncoding('utf8').on('data', (piece: string) => (mail += piece));
      stream.once('end', () => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), text: mail, isSecure: secure });
        done();
      });
    },
    ...options,
  });
  smtp.on('error', () => {});
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  ends.push(() => new Promise((resolve) => smtp.close(() => resolve())));
  return { mails, port: (smtp.server.address() as AddressInfo).port };
}

const receiver = (port: number, more: object = {}) =>
  email(
    routeOf('email', {
      host: 'localhost',
      port,
      from: 'Foretide <f@x.test>',
      to: ['a@x.test', 'b@x.test'],
      timeout: '2s',
      ...more,
    }),
  );
const refusing = (responseCode: number) => Object.assign(new Error('no'), { responseCode });

/** The headers of a mail. */
function headersOf(mail: string): Record<string, string> {
  const [head = ''] = mail.split('\r\n\r\n');
  return Object.fromEntries(
    head
      .replaceAll(/\r\n\s+/g, ' ')
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
}

test('a mail for each turn, encrypted, to all; the second answers the first', async () => {
  const { mails, port } = await server();
  setDefaultCACertificates([read('cert.pem')]);
  process.env['MAIL_USER'] = 'u';
  process.env['MAIL_PASSWORD'] = 'S3CRET';
  const to = await receiver(port, {
    username: { env: 'MAIL_USER' },
    password: { env: 'MAIL_PASSWORD' },
    pageUrl: 'https://page.test',
    allowInsecure: false,
  });
  expect(await to.check()).toEqual([`SMTP server localhost:${port} is ready, and takes the password`]);
  const alert = told({ severity: 'critical' });
  for (const turn of [alert, alert, over(alert)]) await to.deliver(turn, never);
  expect(mails.map(({ to: all, isSecure }) => [all, isSecure])).toEqual(
    Array.from({ length: 3 }, () => [['a@x.test', 'b@x.test'], true]),
  );
  const [first, again, last] = mails.map((mail) => headersOf(mail.text));
  expect(first).toMatchObject({
    from: 'Foretide <f@x.test>',
    subject: '[critical] berlin.press-2: surprise',
    'message-id': expect.stringMatching(/^<[0-9a-f]{32}@foretide\.invalid>$/),
    'auto-submitted': 'auto-generated',
  });
  expect(again!['message-id']).toBe(first!['message-id']);
  expect(last).toMatchObject({
    subject: '[resolved] berlin.press-2: surprise',
    'in-reply-to': first!['message-id'],
    references: first!['message-id'],
  });
  expect(last!['message-id']).not.toBe(first!['message-id']);
  expect(mails[0]!.text.replaceAll('=\r\n', '')).toContain(
    'site: berlin\r\nTime: 2026-01-02 03:04 UTC\r\nLive page: https://page.test/#berlin.press-2',
  );
});

test('a series cannot add headers', async () => {
  const { mails, port } = await server();
  const to = await receiver(port, { tls: 'none' });
  await to.deliver(told({ series: 'a\r\nBcc: c@x.test\r\n\r\nb' }), never);
  expect(mails[0]!.to).toEqual(['a@x.test', 'b@x.test']);
  expect(headersOf(mails[0]!.text)).not.toHaveProperty('bcc');
});

describe('where it may go', () => {
  test('not to a server whose certificate nobody knows', async () => {
    const { mails, port } = await server();
    const to = await receiver(port);
    await expect(to.deliver(told(), never)).rejects.toThrow(/self.signed certificate/);
    await expect(to.check()).rejects.toThrow(/self.signed certificate/);
    expect(mails).toEqual([]);
  });

  test('not in the clear to one that offers no TLS', async () => {
    const { mails, port } = await server({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    const to = await receiver(port);
    await expect(to.deliver(told(), never)).rejects.toThrow(/STARTTLS|disabled/);
    expect(mails).toEqual([]);
  });

  test('not to this machine unless that is allowed', async () => {
    const { port } = await server();
    const to = await receiver(port, { allowPrivate: false });
    await expect(to.deliver(told(), never)).rejects.toMatchObject({ code: 'ROUTE_REFUSED' });
    await expect(to.check()).rejects.toMatchObject({ code: 'ROUTE_REFUSED' });
  });
});

describe('what a refusal means', () => {
  const clear = { tls: 'none' };

  test.each([
    [450, true],
    [550, false],
  ])('%i of the mail', async (code, isPassing) => {
    const { port } = await server({
      onData(stream, _, done) {
        stream.resume();
        stream.once('end', () => done(refusing(code)));
      },
    });
    await expect((await receiver(port, clear)).deliver(told(), never)).rejects.toMatchObject({
      name: 'DeliveryError',
      isPassing,
    });
  });

  test.each([
    ['all, for good', { a: 550, b: 550 }, { isPassing: false }],
    ['one, for now', { b: 450 }, { isPassing: true }],
    ['one, for good: the others have it', { b: 550 }, undefined],
  ])('of addresses: %s', async (_, codes: Readonly<Record<string, number>>, error) => {
    const { port } = await server({
      onRcptTo({ address }, __, done) {
        const code = codes[address[0]!];
        done(code === undefined ? null : refusing(code));
      },
    });
    const delivered = (await receiver(port, clear)).deliver(told(), never);
    if (error) await expect(delivered).rejects.toMatchObject(error);
    else await delivered;
  });

  test('of the password: for good', async () => {
    const { port } = await server({ allowInsecureAuth: true });
    process.env['MAIL_WRONG'] = 'x';
    const wrong = { env: 'MAIL_WRONG' };
    const to = await receiver(port, { ...clear, username: wrong, password: wrong });
    await expect(to.deliver(told(), never)).rejects.toMatchObject({ isPassing: false });
  });

  test('none at all, and an abort: nothing is known', async () => {
    const stop = new AbortController();
    const { port } = await server({
      onData(stream) {
        stream.resume();
        stream.once('end', () => stop.abort(new Error('enough')));
      },
    });
    await expect((await receiver(port, clear)).deliver(told(), stop.signal)).rejects.toThrow('enough');
    await expect((await receiver(1, clear)).deliver(told(), never)).rejects.toMatchObject({
      code: 'ESOCKET',
    });
  });
});
