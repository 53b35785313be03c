import { expect, test } from 'vitest';
import { z } from 'zod';

import { KafkaDeadLetterSettings } from '../../src/sink/kafka-dead-letters.ts';
import { KafkaSettings } from '../../src/source/kafka.ts';

const needed = { brokers: ['a:9092'], topic: 'readings' };

/** JSON Schema's view of settings: what a person sees of them. */
interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly anyOf?: readonly Described[];
}

function undescribed(schema: Described, path: string): string[] {
  const missing: string[] = [];
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    if (value.description === undefined) missing.push(`${path}.${key}`);
    missing.push(...undescribed(value, `${path}.${key}`));
  }
  for (const option of schema.anyOf ?? []) missing.push(...undescribed(option, path));
  return missing;
}

test.each([
  [
    'KafkaSettings',
    KafkaSettings,
    'brokers clientId from group maxBytes sasl series sessionTimeout tls to topic',
  ],
  ['KafkaDeadLetterSettings', KafkaDeadLetterSettings, 'brokers clientId sasl tls topic'],
])('%s: every key is described', (_, settings, keys) => {
  const schema: Described = JSON.parse(JSON.stringify(z.toJSONSchema(settings, { io: 'input' })));

  expect(Object.keys(schema.properties!).toSorted().join(' ')).toBe(keys);
  expect(undescribed(schema, '')).toEqual([]);
});

test('brokers and topic are needed, the rest has defaults', () => {
  expect(KafkaSettings.parse(needed)).toEqual({
    brokers: ['a:9092'],
    clientId: 'foretide',
    tls: false,
    topic: 'readings',
    group: 'foretide',
    sessionTimeout: 30_000,
    maxBytes: 4 * 1024 * 1024,
  });
});

test('a place is an instant or an offset for each partition', () => {
  const { from, to } = KafkaSettings.parse({ ...needed, from: '2026-01-01', to: { 0: 10, 1: 0 } });
  expect([from, to]).toEqual([Date.parse('2026-01-01'), { 0: 10, 1: 0 }]);
});

test.each([
  ['from', { from: 'yesterday' }],
  ['from', { from: { a: 1 } }],
  ['to.0', { to: { 0: -1 } }],
  ['to', { to: { 0: 1.5 } }],
  ['to', { from: 5000, to: 5000 }],
  ['brokers', { brokers: [] }],
  ['brokers.0', { brokers: ['a'] }],
  ['topic', { topic: '' }],
  ['sessionTimeout', { sessionTimeout: '6' }],
  ['sessionTimeout', { sessionTimeout: '500ms' }],
  ['maxBytes', { maxBytes: 2 ** 40 }],
  ['', { unknown: 1 }],
  ['sasl', { sasl: { username: { env: 'U' }, password: { env: 'P' }, also: 1 } }],
  // A secret itself is never part of settings.
  ['sasl.password', { sasl: { username: { env: 'U' }, password: 'secret' } }],
])('refuses %s', (path, wrong) => {
  const { error } = KafkaSettings.safeParse({ ...needed, ...wrong });

  expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});
