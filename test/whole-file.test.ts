import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writable, writeWhole } from '../src/whole-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-whole-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('puts the bytes in the place of those before, and leaves nothing else behind', async () => {
  const path = join(folder, 'a');
  writeFileSync(path, 'before, and longer');
  await writeWhole(path, Buffer.from('after'));
  expect(readFileSync(path, 'utf8')).toBe('after');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('where it cannot be put, what was there stays, and nothing is left behind', async () => {
  mkdirSync(join(folder, 'b', 'c'), { recursive: true });
  await expect(writeWhole(join(folder, 'b'), Buffer.from('x'))).rejects.toMatchObject({
    code: 'FILE_UNWRITABLE',
  });
  expect(readdirSync(folder).toSorted()).toEqual(['a', 'b']);
});

test('what could not be written is known before', async () => {
  await writable(join(folder, 'new'));
  await expect(writable(join(folder, 'no', 'such'))).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  await expect(writable(folder)).rejects.toThrow(/it is a folder/);
  await expect(writable('')).rejects.toThrow(/it has no name/);
  await expect(writable(`${join(folder, 'new')}/`)).rejects.toThrow(/it has no name/);
});

test.skipIf(process.platform === 'win32')('only a file is replaced, never a device', async () => {
  await expect(writable(devNull)).rejects.toThrow(/it is no file/);
});

test('a file that serves for something else is not written over, whatever it is called', async () => {
  const data = join(folder, 'data.csv');
  writeFileSync(data, 'time,v');
  symlinkSync(data, join(folder, 'link.csv'));
  const others = [join(folder, 'not-there'), data];
  await writable(join(folder, 'new'), others);
  for (const path of [data, join(folder, 'b', '..', 'data.csv'), join(folder, 'link.csv')])
    await expect(writable(path, others)).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      canRetry: false,
      facts: { where: path },
    });
  await expect(writable(join(folder, 'x'), [join(folder, 'b', '..', 'x')])).rejects.toThrow(/something else/);
});
