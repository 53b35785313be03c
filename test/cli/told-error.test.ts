import { expect, test } from 'vitest';
import { toldError } from '../../src/cli/told-error.ts';
import { ForetideError } from '../../src/errors.ts';

test('what is foreseen is told without a stack, the unforeseen with one', () => {
  const foreseen = new ForetideError('FILE_FORMAT', {
    what: 'No',
    expected: 'a',
    got: 'b',
    where: 'x:1',
    todo: 'Mend it.',
  });
  expect(toldError(foreseen)).toBe('\n✖ No: expected a, got b (at x:1). Mend it.\n  [FILE_FORMAT]\n');
  expect(toldError(new Error('boom'))).toMatch(/✖ Error: boom\n {4}at /);
  expect(toldError('text')).toBe('\n✖ text\n');
});

test('what somebody else says moves no cursor', () => {
  const error = new ForetideError('ROUTE_UNREACHABLE', { what: 'No', got: '500 \u001b[2J\u009b1A' });
  expect(toldError(error)).toBe('\n✖ No: got 500 \\u001b[2J\\u009b1A\n  [ROUTE_UNREACHABLE]\n');
});
