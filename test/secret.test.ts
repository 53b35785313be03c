import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readSecret, SecretSettings } from '../src/secret.ts';

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
