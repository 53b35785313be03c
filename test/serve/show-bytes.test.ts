import fc from 'fast-check';
import { expect, test } from 'vitest';
import { showBytes } from '../../src/serve/show-bytes.ts';

test('text as it is, bytes that are none as hexadecimal digits', () => {
  expect(showBytes(Buffer.from('{"a": "ü"}'))).toEqual({
    form: 'text',
    shown: '{"a": "ü"}',
    bytes: 11,
    isCut: false,
  });
  expect(showBytes(Uint8Array.of(0xff, 0, 0x1b))).toEqual({
    form: 'hex',
    shown: 'ff 00 1b',
    bytes: 3,
    isCut: false,
  });
  expect(showBytes(Uint8Array.of(1, 2, 65))).toMatchObject({ form: 'hex' });
  expect(showBytes(new Uint8Array())).toEqual({ form: 'text', shown: '', bytes: 0, isCut: false });
});

test('what would act on a terminal or turn the direction of writing is shown as a sign', () => {
  const shown = showBytes(Buffer.from('a long line of harmless text, and then \u001b \u202e')).shown;
  expect(shown).toBe('a long line of harmless text, and then \ufffd \ufffd');
});

test('a long record is cut, not within a character', () => {
  const long = showBytes(Buffer.from(`a${'ü'.repeat(1000)}`));
  expect(long).toEqual({ form: 'text', shown: `a${'ü'.repeat(299)}`, bytes: 2001, isCut: true });
});

test('whatever comes, what is shown is short', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const { shown, isCut } = showBytes(bytes);
      expect(shown.length).toBeLessThanOrEqual(1800);
      expect(isCut).toBe(bytes.length > 600);
    }),
  );
});
