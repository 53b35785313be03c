import kafkajs, { type LogEntry } from 'kafkajs';
import { expect, test } from 'vitest';

import type { Log } from '../../src/log.ts';
import { kafkajsLog } from '../../src/source/kafkajs-log.ts';

const { logLevel } = kafkajs;

function said(level: LogEntry['level'], log: Partial<LogEntry['log']>): unknown[] {
  const lines: unknown[] = [];
  const ours: Log = {
    debug: (facts, message) => lines.push('debug', facts, message),
    info: (facts, message) => lines.push('info', facts, message),
    warn: (facts, message) => lines.push('warn', facts, message),
    error: (facts, message) => lines.push('error', facts, message),
  };
  const entry = {
    namespace: 'Runner',
    level,
    label: '',
    log: { timestamp: '', message: 'a message', ...log },
  };
  kafkajsLog(ours)(level)(entry);
  return lines;
}

test('passes messages on: what kafkajs tries again as a warning, its info as debug', () => {
  expect(said(logLevel.ERROR, {})).toEqual(['warn', {}, 'kafkajs Runner: a message']);
  expect(said(logLevel.WARN, {})).toEqual(['warn', {}, 'kafkajs Runner: a message']);
  expect(said(logLevel.INFO, {})).toEqual(['debug', {}, 'kafkajs Runner: a message']);
  expect(said(logLevel.DEBUG, {})).toEqual(['debug', {}, 'kafkajs Runner: a message']);
});

test('passes numbers and names on, never payloads, stacks or credentials', () => {
  const facts = {
    broker: 'b:9092',
    groupId: 'g',
    topic: 't',
    partition: 3,
    error: new Error('closed'),
    stack: 'at …',
    payload: Buffer.from('x'),
    sasl: { username: 'u', password: 'secret' },
    password: 'secret',
  };

  expect(said(logLevel.ERROR, facts)[1]).toEqual({
    broker: 'b:9092',
    groupId: 'g',
    topic: 't',
    partition: 3,
    error: 'closed',
  });
});

test('does not repeat the warning that our own retries answer', () => {
  const message = 'Limiting retries for the idempotent producer may invalidate EoS guarantees';

  expect(said(logLevel.WARN, { message })[0]).toBe('debug');
});
