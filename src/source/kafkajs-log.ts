import { type LogEntry, type logCreator, logLevel } from 'kafkajs';

import type { Log } from '../log.ts';

/** What may pass of kafkajs's own facts: numbers and names. Request payloads and authentication data never do. */
const PASSING = new Set([
  'broker',
  'clientId',
  'duration',
  'error',
  'groupId',
  'memberId',
  'partition',
  'retryCount',
  'retryTime',
  'topic',
]);

/** Said for every producer that may not retry for ever; ours are thrown away and made anew instead. */
const KNOWN = 'Limiting retries for the idempotent producer may invalidate EoS guarantees';

/**
 * kafkajs's own logger, piped into ours. Its `info` becomes `debug`: it tells about kafkajs's inside, what matters to an
 * operator is said by us. Its `error` becomes `warn`: it is tried again, and what is given up reaches us as an exception.
 */
export function kafkajsLog(log: Log): logCreator {
  return () => (entry) => {
    const facts = factsOf(entry);
    const message = `kafkajs ${entry.namespace}: ${entry.log.message}`;
    const isWorthIt = entry.level === logLevel.ERROR || entry.level === logLevel.WARN;
    if (isWorthIt && entry.log.message !== KNOWN) log.warn(facts, message);
    else log.debug(facts, message);
  };
}

function factsOf({ log }: LogEntry): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(log)) {
    if (!PASSING.has(name)) continue;
    facts[name] = value instanceof Error ? value.message : value;
  }
  return facts;
}
