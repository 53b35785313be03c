import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packingOf, unpack } from '../../src/source/unpacker.ts';

const text = Array.from({ length: 30_000 }, (_, i) => `${i},${(i * 7919) % 10_007}\n`).join('');

/** What comes out of the bytes, and the code of the error at its end. */
async function unpacked(bytes: Buffer, packing: 'gzip' | 'zstd', size = bytes.length) {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  let content = '';
  try {
    for await (const chunk of unpack(chunks(), packing)) content += chunk.toString();
  } catch (error) {
    return { content, code: (error as { code: string }).code };
  }
  return { content, code: undefined };
}

test('the first bytes tell how a file is packed', () => {
  expect(packingOf(gzipSync('a'))).toBe('gzip');
  expect(packingOf(zstdCompressSync('a'))).toBe('zstd');
  expect(packingOf(Buffer.from([0x50, 0x2a, 0x4d, 0x18]))).toBe('zstd');
  for (const plain of ['', '{', 'time,value\n', '\u001f', 'P*M'])
    expect(packingOf(Buffer.from(plain))).toBe(undefined);
});

describe.each([
  ['gzip', gzipSync, 1],
  // of a block of 128 KiB nothing comes before its end
  [
    'zstd',
    (content: string) => zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    1 << 17,
  ],
] as const)('%s', (packing, pack, block) => {
  test('members and frames one behind the other, cut into chunks anywhere, are one content', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('', 'a\n', text.slice(0, 20_000), text.slice(0, 5000)), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.integer({ min: 1, max: 5000 }),
        async (parts, size) => {
          const bytes = Buffer.concat(parts.map((part) => pack(part)));
          expect(await unpacked(bytes, packing, size)).toEqual({ content: parts.join(''), code: undefined });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('cut off anywhere: an error, and before it all that was there', async () => {
    const whole = pack(text);
    let last = -1;
    for (let length = 8; length < whole.length; length += 4999) {
      const { content, code } = await unpacked(whole.subarray(0, length), packing);
      expect(code).toBe('Z_BUF_ERROR');
      expect(text.startsWith(content)).toBe(true);
      expect(content.length).toBeGreaterThanOrEqual(last);
      last = content.length;
    }
    const almost = await unpacked(whole.subarray(0, -1), packing);
    expect(almost.code).toBe('Z_BUF_ERROR');
    expect(almost.content.length).toBeGreaterThanOrEqual(text.length - block);
  });

  test('damaged: an error, and what stands a portion before it is not lost', async () => {
    const whole = pack(Array.from({ length: 10 }, (_, i) => text.replaceAll('\n', `;${i}\n`)).join(''));
    const content = (await unpacked(whole, packing)).content;
    const damaged = Buffer.from(whole);
    const at = whole.length >> 1;
    damaged.fill(0xff, at, at + 64);
    const found = await unpacked(damaged, packing);
    expect(found.code).toMatch(/^Z(STD)?_/);
    expect(found.content.length).toBeGreaterThan(0);
    // a checksum may tell it only at the end
    const same = await unpacked(whole.subarray(0, at - 4096), packing);
    expect(found.content.startsWith(same.content)).toBe(true);
    expect(content.startsWith(same.content)).toBe(true);
  });

  test('something else behind it is an error', async () => {
    const { code } = await unpacked(Buffer.concat([pack(text), Buffer.from('no more of it')]), packing);
    expect(code).toMatch(/^Z(STD)?_/);
  });
});
