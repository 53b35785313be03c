import { expect, test } from 'vitest';
import { ForetideError } from '../src/errors.ts';

test('the message says what, expected, got, where and what to do, in this order', () => {
  const error = new ForetideError('FILE_FORMAT', {
    what: 'No such column',
    expected: 'one of a, b',
    got: 'c',
    where: 'x.csv:1',
    todo: 'Name another.',
  });
  expect(error.message).toBe('No such column: expected one of a, b, got c (at x.csv:1). Name another.');
});

test.each([
  [{ what: 'It broke' }, 'It broke'],
  [{ what: 'It broke', got: 'EIO' }, 'It broke: got EIO'],
  [{ what: 'It broke', expected: 'peace' }, 'It broke: expected peace'],
  [{ what: 'It broke', where: 'a/1@5', todo: 'Retry.' }, 'It broke (at a/1@5). Retry.'],
])('what is not known leaves no trace: %j', (facts, message) => {
  expect(new ForetideError('STORE_FAILED', facts).message).toBe(message);
});

test('is an Error with a name, a code, its facts and its cause', () => {
  const cause = new Error('why');
  const error = new ForetideError('STORE_FAILED', { what: 'It broke', cause });
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.code, error.cause, error.facts.what]).toEqual([
    'ForetideError',
    'STORE_FAILED',
    cause,
    'It broke',
  ]);
  expect('cause' in new ForetideError('STORE_FAILED', { what: 'It broke' })).toBe(false);
});

test('cannot be retried unless it says so', () => {
  expect(new ForetideError('STORE_FAILED', { what: 'x' }).canRetry).toBe(false);
  expect(new ForetideError('STORE_FAILED', { what: 'x', canRetry: true }).canRetry).toBe(true);
});
