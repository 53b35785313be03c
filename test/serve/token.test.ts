import { expect, test } from 'vitest';
import { PageToken } from '../../src/serve/token.ts';

const TOKEN = 'a-token-of-some-length';

test('knows itself and its cookie, and neither for the other', () => {
  const token = new PageToken(TOKEN);
  expect([token.isToken(TOKEN), token.isCookie(token.cookie)]).toEqual([true, true]);
  for (const other of ['', TOKEN.slice(1), `${TOKEN} `, TOKEN.toUpperCase(), 'ü'.repeat(99), token.cookie])
    expect(token.isToken(other)).toBe(false);
  for (const other of ['', TOKEN, token.cookie.slice(1), `${token.cookie}=`])
    expect(token.isCookie(other)).toBe(false);
});

test('the cookie is the same in each process, another for another token, and does not hold it', () => {
  const { cookie } = new PageToken(TOKEN);
  expect(cookie).toBe(new PageToken(TOKEN).cookie);
  expect(cookie).not.toBe(new PageToken(`${TOKEN}2`).cookie);
  expect(cookie).toMatch(/^[\w-]{43}$/);
});

test.each(['fifteen-letters', 'with a space in it', 'with-an-ümlaut-in-it', 'with-a\nline-break'])(
  '%j is refused without being told',
  (token) => {
    expect(() => new PageToken(token, 'the file t')).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.not.stringContaining(token) }),
    );
  },
);
