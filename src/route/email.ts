import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { readSecret, readUserName } from '../secret.ts';
import { allowedAddresses } from './address.ts';
import { DeliveryError } from './delivery-error.ts';
import { interruptible } from '../interruptible.ts';
import { linkTo } from './link.ts';
import type { Receiver } from './receiver.ts';
import type { RouteOf } from './settings.ts';
import { type ToldAlert, turnKey } from './told-alert.ts';
import { inWords, moment, titleOf } from './words.ts';

/**
 * E-mails over SMTP, by nodemailer: a connection for each. A mail that comes twice has the same Message-ID, and the one that an alert is over
 * answers the one that it fires. nodemailer is loaded here: runs that send no mail go without.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5321
 */
export async function email(settings: RouteOf<'email'>): Promise<Receiver> {
  const { createTransport } = await import('nodemailer');
  const { host, port, tls, timeout, allowPrivate, username, password } = settings;
  const auth =
    username && password
      ? { user: await readUserName(username), pass: await readSecret(password) }
      : undefined;

  /** A transport to an address that has been checked; the certificate is held against the name. */
  async function transport() {
    const [first] = await allowedAddresses(host, allowPrivate);
    return createTransport({
      host: first!.address,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      ...(isIP(host) === 0 && { tls: { servername: host } }),
      ...(auth && { auth }),
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  return {
    name: `email ${host}:${port}`,
    async check() {
      const smtp = await transport();
      try {
        await smtp.verify();
      } finally {
        smtp.close();
      }
      return [`SMTP server ${host}:${port} is ready${auth ? ', and takes the password' : ''}`];
    },
    async deliver(alert, stop) {
      const smtp = await transport();
      try {
        const { rejectedErrors = [] } = await interruptible(smtp.sendMail(mailOf(alert, settings)), stop);
        // some have it: those that were turned away for now are tried again with all, under the same Message-ID
        const passing = rejectedErrors.find((error: unknown) => isPassingReply(codeOf(error)));
        if (passing) throw passing;
      } catch (error) {
        throw refusal(error);
      } finally {
        smtp.close();
      }
    },
  };
}

/** The mail for a turn of an alert, as nodemailer takes it. */
export function mailOf(
  alert: ToldAlert,
  { from, to, pageUrl }: Pick<RouteOf<'email'>, 'from' | 'to' | 'pageUrl'>,
) {
  const { state, severity, labels, series, id } = alert;
  const link = linkTo(pageUrl, series);
  const first = messageId({ id, state: 'firing' });
  const lines = [
    `${inWords(alert)}.`,
    '',
    `Series: ${series}`,
    ...Object.entries(labels).map(([name, value]) => `${name}: ${value}`),
    `Time: ${moment(alert.time)}`,
    ...(link === undefined ? [] : [`Live page: ${link}`]),
  ];
  return {
    from,
    to: [...to],
    subject: `[${state === 'resolved' ? 'resolved' : severity}] ${titleOf(alert)}`,
    text: `${lines.join('\n')}\n`,
    messageId: messageId(alert),
    ...(state === 'resolved' && { inReplyTo: first, references: [first] }),
    // https://www.rfc-editor.org/rfc/rfc3834#section-5: nobody's holiday notice is to answer it
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

function messageId(turn: Pick<ToldAlert, 'id' | 'state'>): string {
  return `<${createHash('sha256').update(turnKey(turn)).digest('hex').slice(0, 32)}@foretide.invalid>`;
}

/** The server's reply code; undefined where it gave none. */
function codeOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'responseCode') : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** 4yz: try again later; 5yz: do not. */
function isPassingReply(code: number | undefined): boolean {
  return code === undefined || code < 500;
}

function refusal(error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  return new DeliveryError((error as Error).message, { isPassing: isPassingReply(code) });
}
