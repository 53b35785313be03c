import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { hideSecrets, readSecret, readUserName, SecretSettings } from '../src/secret.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'foretide-secret-'));
});
afterAll(() => rm(dir, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

test('comes from an environment variable, unchanged', async () => {
  vi.stubEnv('FORETIDE_TEST_SECRET', ' s3cret ');
  await expect(readSecret({ env: 'FORETIDE_TEST_SECRET' })).resolves.toBe(' s3cret ');
});

test('comes from a file, without the line breaks at its end', async () => {
  const file = join(dir, 'token');
  await writeFile(file, 'first line\nsecond line\r\n\n');
  await expect(readSecret({ file })).resolves.toBe('first line\nsecond line');
});

test('is missed loudly, and says where it was looked for', async () => {
  vi.stubEnv('FORETIDE_TEST_SECRET', '');
  await expect(readSecret({ env: 'FORETIDE_TEST_SECRET' })).rejects.toMatchObject({
    code: 'SECRET_MISSING',
    message: /is empty/,
  });
  await expect(readSecret({ env: 'FORETIDE_TEST_NOT_SET' })).rejects.toThrow(
    /FORETIDE_TEST_NOT_SET is not set/,
  );
  const file = join(dir, 'none');
  await expect(readSecret({ file })).rejects.toMatchObject({
    code: 'SECRET_MISSING',
    facts: { where: file },
  });
  await writeFile(join(dir, 'empty'), '\n');
  await expect(readSecret({ file: join(dir, 'empty') })).rejects.toMatchObject({ code: 'SECRET_MISSING' });
});

test('never stands in the settings itself', () => {
  expect(SecretSettings.safeParse('s3cret').success).toBe(false);
  expect(SecretSettings.safeParse({ env: 'A', file: 'b' }).success).toBe(false);
  expect(SecretSettings.parse({ file: '/run/secrets/token' })).toEqual({ file: '/run/secrets/token' });
});

test('what was read is hidden in texts from then on, as it is and as JSON has it; names and what is short are not', async () => {
  vi.stubEnv('FORETIDE_TEST_SECRET', 'tök"en\nof two lines');
  expect(hideSecrets('401 tök"en\nof two lines')).toContain('tök');
  const secret = await readSecret({ env: 'FORETIDE_TEST_SECRET' });
  expect(hideSecrets(`401 ${secret}, ${secret}`)).toBe('401 …, …');
  expect(hideSecrets(JSON.stringify({ error: secret }))).toBe('{"error":"…"}');
  vi.stubEnv('FORETIDE_TEST_SECRET', 'https://hooks.example.com/services/T0/B1?x=2');
  await readSecret({ env: 'FORETIDE_TEST_SECRET' });
  expect(hideSecrets('no /services/T0/B1 at hooks.example.com')).toBe('no … at hooks.example.com');
  vi.stubEnv('FORETIDE_TEST_SECRET', 'short');
  await readSecret({ env: 'FORETIDE_TEST_SECRET' });
  vi.stubEnv('FORETIDE_TEST_SECRET', 'somebody-by-name');
  await readUserName({ env: 'FORETIDE_TEST_SECRET' });
  expect(hideSecrets('short of somebody-by-name')).toBe('short of somebody-by-name');
});
