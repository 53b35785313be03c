import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeWithPromtool } from '../services/describe-with.ts';
import { promtool } from '../services/promtool.ts';
import { knownMetrics } from './known-metrics.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const FOLDER = '../../.docker/prometheus';
const TESTS = path('alert-rules.test.yml');

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          record: z.string().optional(),
          alert: z.string().optional(),
          expr: z.string(),
          labels: z.record(z.string(), z.string()).default({}),
          annotations: z.record(z.string(), z.string()).default({}),
        }),
      ),
    }),
  ),
});
const rulesOf = (name: string) =>
  Rules.parse(parse(readFileSync(path(`${FOLDER}/${name}`), 'utf8'))).groups.flatMap(({ rules }) => rules);
const recorded = rulesOf('recording-rules.yml');
const alerts = rulesOf('alert-rules.yml');

test('rules are about metrics that there are', () => {
  const known = knownMetrics();
  for (const { expr } of [...recorded, ...alerts])
    for (const [name] of expr.matchAll(/\b(?:\w+:)*(?:foretide|nodejs|process)_[\w:]+/g))
      expect([...known]).toContain(name);
});

test('every alert says what has happened and what to do, and has a severity', () => {
  for (const { alert, labels, annotations } of alerts) {
    expect(alert).toMatch(/^Foretide[A-Z]\w+$/);
    expect([alert, labels['severity']]).toEqual([alert, expect.stringMatching(/^(critical|warning)$/)]);
    for (const name of ['summary', 'description', 'action'])
      expect([alert, name, annotations[name]]).toEqual([alert, name, expect.stringMatching(/.{10}/)]);
  }
});

test('every alert has a test in which it fires', () => {
  const text = readFileSync(TESTS, 'utf8');
  for (const { alert } of alerts) expect(text).toContain(`alertname="${alert}", alertstate="firing"`);
});

describeWithPromtool('promtool', (tool) => {
  test('takes the configuration and its rules', async () => {
    const config = path(`${FOLDER}/prometheus.yml`);
    expect(await promtool(tool, ['check', 'config', '--lint=all', '--lint-fatal', config])).toMatchObject({
      code: 0,
      said: expect.stringMatching(/8 rules found[\s\S]*15 rules found/),
    });
  });

  test('alerts fire when they should, not before, and not when all is well', async () => {
    const { code, said } = await promtool(tool, ['test', 'rules', TESTS]);
    expect(said).toContain('SUCCESS');
    expect(code).toBe(0);
  });
});
