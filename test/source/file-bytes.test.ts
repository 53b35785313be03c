import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { FileBytes } from '../../src/source/file-bytes.ts';
import { recordings } from './recording.ts';

const write = recordings();
const text = 'time,value\n'.repeat(100_000);

async function contentOf(bytes: FileBytes): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test.each([
  ['plain', Buffer.from(text)],
  ['gzip', gzipSync(text)],
  ['zstd', zstdCompressSync(text)],
])('the content of a %s file, whatever it is called', async (_, bytes) => {
  expect(await contentOf(new FileBytes(write(bytes, 'readings.txt')))).toBe(text);
});

test('an empty file, and one of a byte', async () => {
  expect(await contentOf(new FileBytes(write('')))).toBe('');
  expect(await contentOf(new FileBytes(write('a')))).toBe('a');
});

test('how much of the file lies before a place: exact where it is not packed, 1 at the end', async () => {
  const plain = new FileBytes(write(text));
  expect(plain.shareBefore(0)).toBe(0);
  for await (const _ of plain.chunks());
  expect(plain.shareBefore(0)).toBe(0);
  expect(plain.shareBefore(text.length / 4)).toBe(0.25);
  expect(plain.shareBefore(text.length)).toBe(1);
  const packed = new FileBytes(write(gzipSync(text)));
  for await (const _ of packed.chunks());
  expect(packed.shareBefore(text.length)).toBe(1);
});

test('a packed file that is cut off: what it is, where, and what to do', async () => {
  const path = write(gzipSync(text).subarray(0, -20));
  await expect(contentOf(new FileBytes(path))).rejects.toMatchObject({
    code: 'FILE_FORMAT',
    facts: {
      what: 'The packed file is cut off',
      where: expect.stringMatching(/, after \d{6,} bytes of its content$/) as unknown,
      todo: expect.stringContaining('whole') as unknown,
    },
  });
});

test('a packed file that is damaged', async () => {
  const bytes = zstdCompressSync(text);
  bytes.fill(0xff, 10, 30);
  await expect(contentOf(new FileBytes(write(bytes)))).rejects.toMatchObject({
    code: 'FILE_FORMAT',
    facts: { what: 'The packed file is damaged' },
  });
});

test('Parquet is no text', async () => {
  await expect(contentOf(new FileBytes(write('PAR1 and something PAR1')))).rejects.toMatchObject({
    code: 'FILE_FORMAT',
    facts: { todo: expect.stringContaining('parquet') as unknown },
  });
  expect(await contentOf(new FileBytes(write('PAR1,a=b value=1 1\n')))).toBe('PAR1,a=b value=1 1\n');
});
