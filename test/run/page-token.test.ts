import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PageSettings } from '../../src/config/run-settings.ts';
import { MetricsSettings } from '../../src/metrics/settings.ts';
import { pageToken } from '../../src/run/page-token.ts';

const TOKEN = 'a-token-of-some-length';
const settings = (page: object, metrics: object = {}) => ({
  page: PageSettings.parse(page),
  metrics: MetricsSettings.parse(metrics),
});

beforeEach(() => void vi.stubEnv('FORETIDE_PAGE_TOKEN', undefined));
afterEach(() => void vi.unstubAllEnvs());

test('none on this machine, unless there is one', async () => {
  expect(await pageToken(settings({}))).toBeUndefined();
  vi.stubEnv('FORETIDE_PAGE_TOKEN', TOKEN);
  expect((await pageToken(settings({})))?.isToken(TOKEN)).toBe(true);
});

test('from where the settings say it is, before the variable', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'foretide-token-')), 'token');
  writeFileSync(file, `${TOKEN}-of-a-file\n`);
  vi.stubEnv('FORETIDE_PAGE_TOKEN', TOKEN);
  const token = await pageToken(settings({ host: '0.0.0.0', token: { file } }));
  expect([token?.isToken(`${TOKEN}-of-a-file`), token?.isToken(TOKEN)]).toEqual([true, false]);
  await expect(pageToken(settings({ token: { env: 'FORETIDE_TEST_NOT_SET' } }))).rejects.toMatchObject({
    code: 'SECRET_MISSING',
  });
});

test.each([
  [{ host: '0.0.0.0' }, {}, 'page.host'],
  [{}, { port: 9464, host: '::' }, 'metrics.host'],
  [{ enabled: false }, { port: 9464, host: '::' }, 'metrics.host'],
  [{ unprotected: true, host: '::' }, { port: 9464, host: '::' }, 'metrics.host'],
])('%j, %j: refused', async (page, metrics, where) => {
  await expect(pageToken(settings(page, metrics))).rejects.toMatchObject({
    code: 'SETTINGS_INVALID',
    facts: { where },
  });
});

test.each([
  [{ host: '0.0.0.0', unprotected: true }, {}],
  [{ host: '0.0.0.0', enabled: false }, {}],
  [{}, { host: '0.0.0.0' }],
  [{}, { port: 9464, host: '0.0.0.0', open: true }],
  [{}, { port: 9464, host: '0.0.0.0', enabled: false }],
])('%j, %j: nothing to refuse', async (page, metrics) => {
  expect(await pageToken(settings(page, metrics))).toBeUndefined();
});
