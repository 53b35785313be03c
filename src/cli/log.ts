import { pino } from 'pino';
import pretty from 'pino-pretty';
import type { Log } from '../log.ts';

/**
 * Messages for operators, to standard error: readable in a terminal, JSON elsewhere. Secrets are never handed to it.
 *
 * @param facts stand in every message
 */
export function createLog(level: string, color: boolean, facts: Readonly<Record<string, unknown>> = {}): Log {
  const options = {
    level,
    redact: {
      paths: ['token', 'password', '*.token', '*.password', '*.*.token', '*.*.password'],
      censor: '…',
    },
  };
  const log = process.stderr.isTTY
    ? pino(
        options,
        pretty({
          destination: 2,
          sync: true,
          colorize: color,
          ignore: 'pid,hostname',
          translateTime: 'HH:MM:ss',
        }),
      )
    : pino(options, pino.destination({ dest: 2, sync: true }));
  return log.child(facts);
}
