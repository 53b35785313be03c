import { expect, test } from 'vitest';
import { InternedTexts } from '../../src/decode/interned-texts.ts';

// Seen to fail where the bytes are not compared: of so many texts some fall on one place.
test('gives the text that the bytes are, however many there are', () => {
  const texts = new InternedTexts();
  const names = Array.from({ length: 60_000 }, (_, i) => `sensor-${i}`);
  for (let round = 0; round < 2; round++)
    for (const name of names) {
      const bytes = Buffer.from(`"${name}"`);
      expect(texts.of(bytes, 1, bytes.length - 1)).toBe(name);
    }
  expect(texts.of(Buffer.from(''), 0, 0)).toBe('');
  expect(texts.of(Buffer.alloc(300, 'x'), 0, 300)).toBe('x'.repeat(300));
});
