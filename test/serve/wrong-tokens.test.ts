import { expect, test } from 'vitest';
import { WrongTokens } from '../../src/serve/wrong-tokens.ts';

test('ten within a minute, and an address waits until it is over; others do not', () => {
  let now = 0;
  const wrong = new WrongTokens(() => now);
  for (let i = 0; i < 9; i++) wrong.count('a');
  expect(wrong.wait('a')).toBe(0);
  now = 10_000;
  wrong.count('a');
  expect([wrong.wait('a'), wrong.wait('b')]).toEqual([50, 0]);
  now = 59_999;
  expect(wrong.wait('a')).toBe(1);
  now = 60_000;
  expect(wrong.wait('a')).toBe(0);
  wrong.count('a');
  expect(wrong.wait('a')).toBe(0);
});

test('remembers the newest ten thousand addresses', () => {
  const wrong = new WrongTokens(() => 0);
  for (let i = 0; i < 10; i++) wrong.count('first');
  for (let i = 0; i < 9999; i++) wrong.count(`${i}`);
  expect(wrong.wait('first')).toBe(60);
  wrong.count('one more');
  expect(wrong.wait('first')).toBe(0);
});
