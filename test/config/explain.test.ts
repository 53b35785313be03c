import { expect, test } from 'vitest';
import { z } from 'zod';
import { explainIssues } from '../../src/config/explain.ts';
import { SecretSettings } from '../../src/secret.ts';

const Schema = z.strictObject({
  size: z.int().min(1).max(8).default(2),
  share: z.number().gt(0).lt(1).default(0.5),
  cell: z.enum(['rnn', 'lstm', 'gru']).default('lstm'),
  name: z.string().min(2).max(3).optional(),
  list: z.array(z.string().regex(/^\w+$/, 'expected letters')).min(1).max(2).optional(),
  step: z.union([z.literal('auto'), z.number()]).default('auto'),
  input: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('file'), paths: z.array(z.string()) }),
      z.strictObject({
        kind: z.literal('kafka'),
        topic: z.string(),
        nested: z.strictObject({ deep: z.int() }),
      }),
    ])
    .optional(),
  tls: z
    .union([z.boolean(), z.strictObject({ key: SecretSettings.optional().describe('a key') })])
    .optional(),
  apiToken: z.int().optional(),
});

function explain(settings: unknown): string[] {
  const result = Schema.safeParse(settings, { reportInput: true });
  return result.success ? [] : explainIssues(result.error.issues, Schema).toSorted();
}

test.each<[string, unknown, string]>([
  ['another type', { size: 'two' }, 'size: expected number, got "two"'],
  ['a fraction', { size: 1.5 }, 'size: expected int, got 1.5'],
  ['too little', { size: 0 }, 'size: expected at least 1, got 0'],
  ['too much', { size: 9 }, 'size: expected at most 8, got 9'],
  ['not above', { share: 0 }, 'share: expected more than 0, got 0'],
  ['not below', { share: 1 }, 'share: expected less than 1, got 1'],
  ['a short text', { name: 'a' }, 'name: expected at least 2 characters, got "a"'],
  ['an empty list', { list: [] }, 'list: expected at least 1 entries, got a list'],
  ['an entry of a list', { list: ['a', '-'] }, 'list.1: expected letters, got "-"'],
  ['no object', 5, 'settings: expected object, got 5'],
  ['nothing', null, 'settings: expected object, got null'],
  ['none of a union', { step: true }, 'step: expected auto or number, got true'],
])('%s: path, what was expected, what was got', (_, settings, line) => {
  expect(explain(settings)).toEqual([line]);
});

test('all faults come at once, a line each', () => {
  expect(
    explain({ size: 0, cell: 'lstn', name: 'long', nmae: 1, input: { kind: 'file', paths: 'x' } }),
  ).toEqual([
    'cell: expected one of rnn, lstm, gru, got "lstn"; did you mean lstm?',
    'input.paths: expected array, got "x"',
    'name: expected at most 3 characters, got "long"',
    'nmae: no such setting; did you mean name?',
    'size: expected at least 1, got 0',
  ]);
});

test('a misspelt value of an enum or a variant: the near one, and none where none is near', () => {
  expect(explain({ cell: 'gru2' })).toEqual([
    'cell: expected one of rnn, lstm, gru, got "gru2"; did you mean gru?',
  ]);
  expect(explain({ cell: 'transformer' })).toEqual([
    'cell: expected one of rnn, lstm, gru, got "transformer"',
  ]);
  expect(explain({ input: { kind: 'kafak' } })).toEqual([
    'input.kind: expected one of file, kafka, got "kafak"; did you mean kafka?',
  ]);
  expect(explain({ input: { kind: 7 } })).toEqual(['input.kind: expected one of file, kafka, got 7']);
  expect(explain({ input: {} })).toEqual(['input.kind: expected one of file, kafka, got nothing']);
});

test('a misspelt key: the near one of the variant that was meant, or what there is', () => {
  const kafka = { kind: 'kafka', topic: 't', nested: { deep: 1 } };
  expect(explain({ input: { ...kafka, topci: 't' } })).toEqual([
    'input.topci: no such setting; did you mean topic?',
  ]);
  expect(explain({ input: { ...kafka, nested: { deep: 1, deeep: 2 } } })).toEqual([
    'input.nested.deeep: no such setting; did you mean deep?',
  ]);
  expect(explain({ input: { ...kafka, everything: 1 } })).toEqual([
    'input.everything: no such setting; there are kind, topic, nested',
  ]);
});

test('keys that every object has are keys like any other', () => {
  const settings = JSON.parse(
    '{"constructor": 1, "toString": 2, "__proto__": {"size": 3}, "input": {"kind": "kafka", "topic": "t", "nested": {"constructor": {"deep": 1}, "deep": 1}}}',
  ) as unknown;
  expect(explain(settings).map((line) => line.split(':')[0])).toEqual([
    '__proto__',
    'constructor',
    'input.nested.constructor',
    'toString',
  ]);
});

test('a value is shown short, and never what stands in place of a secret', () => {
  expect(explain({ cell: 'x'.repeat(1000) })[0]!.length).toBeLessThan(120);
  expect(explain({ tls: { key: '-----BEGIN PRIVATE KEY-----' } })).toEqual([
    'tls.key: expected { env: NAME } or { file: PATH }, got a text (not shown)',
  ]);
  expect(explain({ tls: { key: 4711 } })).toEqual([
    'tls.key: expected { env: NAME } or { file: PATH }, got a value (not shown)',
  ]);
  expect(explain({ tls: { key: { evn: 'S3CRET' } } })).toEqual([
    'tls.key.env: expected string, got nothing',
    'tls.key.evn: no such setting; did you mean env?',
  ]);
  expect(explain({ apiToken: 'S3CRET' })).toEqual(['apiToken: expected number, got a text (not shown)']);
  expect(explain({ apiToken: 47.11 })).toEqual(['apiToken: expected int, got a value (not shown)']);
  expect(explain({ apiTokne: 'S3CRET' })).toEqual(['apiTokne: no such setting; did you mean apiToken?']);
});
