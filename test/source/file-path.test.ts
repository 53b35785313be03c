import { readdirSync, statSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filePath, readable } from '../../src/source/file-path.ts';
import { recordings } from './recording.ts';

const write = recordings();

test('bundled:NAME is a recording that comes with the package, anything else a path as it is', () => {
  expect(filePath('some/where.csv')).toBe('some/where.csv');
  const folder = new URL('../../pipelines/recordings/', import.meta.url);
  const bundled = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  expect(bundled.length).toBeGreaterThan(3);
  for (const name of bundled) expect(statSync(filePath(`bundled:${name}`)).size).toBeGreaterThan(1000);
});

test('a file that can be read', async () => {
  await expect(readable(write('x'))).resolves.toBeUndefined();
  await expect(readable('bundled:nyc-weather-EWR.csv')).resolves.toBeUndefined();
});

test.skipIf(process.platform === 'win32')(
  'a device or a pipe, which a second reader would wait for',
  async () => {
    await expect(readable(devNull)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      facts: { got: expect.stringContaining('no file that can be read more than once') as unknown },
    });
  },
);

test.each([
  ['that is not there', join(tmpdir(), 'foretide-none.csv'), /ENOENT/],
  ['that is not bundled', 'bundled:none.csv', /ENOENT/],
  ['that is a folder', tmpdir(), /a folder/],
])('a file %s is FILE_UNREADABLE, with its path as it was given', async (_, path, got) => {
  await expect(readable(path)).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    facts: { where: path, got: expect.stringMatching(got) as unknown },
  });
});
