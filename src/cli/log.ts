import { type DestinationStream, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Log } from '../log.ts';
import { hideSecrets } from '../secret.ts';
import { visibleJson } from '../visible.ts';

/** Facts under these names are secrets wherever they stand, down to the fourth level. */
const SECRET = ['token', 'password', 'secret', 'webhook', 'routingKey', 'authorization', 'apiKey', 'tls.key'];
const REDACTED = ['', '*.', '*.*.', '*.*.*.'].flatMap((above) => SECRET.map((name) => `${above}${name}`));

/**
 * Messages for operators, to standard error: readable in a terminal, JSON a line elsewhere. Secrets are never handed to it; what others say may
 * hold one all the same, so that facts of their names, and every secret that this process has read, are left out.
 *
 * @param facts stand in every message
 */
export function createLog(level: string, color: boolean, facts: Readonly<Record<string, unknown>> = {}): Log {
  const options = { level, redact: { paths: REDACTED, censor: '…' } };
  const destination = process.stderr.isTTY
    ? pretty({
        destination: 2,
        sync: true,
        colorize: color,
        ignore: 'pid,hostname',
        translateTime: 'HH:MM:ss',
      })
    : pino.destination({ dest: 2, sync: true });
  return pino(options, clean(destination)).child(facts);
}

/** Leaves secrets out, and makes what a terminal would obey visible: it may be in what records and servers say. */
function clean(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(visibleJson(hideSecrets(line))) };
}
