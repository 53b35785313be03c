// @ts-check
import { expect, test } from 'vitest';
import { sparkPaths } from '../../../src/serve/page/spark-paths.js';

const NONE = { time: [], yhat: [], lo: [], hi: [] };

test('the newest values from the left to the right edge, the least below and the greatest above', () => {
  expect(sparkPaths([0, 10, 5], NONE, 0, 1)).toEqual({
    line: 'M1.0 26.0L80.0 2.0L159.0 14.0',
    band: '',
    next: '',
  });
});

test('the fan begins in the newest value and takes at most two fifths', () => {
  const fan = { time: [14, 16, 99], yhat: [5, 5, 5], lo: [4, 0, 0], hi: [6, 10, 10] };
  const { line, band, next } = sparkPaths([5, 5, 5, 5, 5, 5, 5], fan, 12, 2);
  expect(line.endsWith('L119.5 14.0')).toBe(true);
  expect(next).toBe('M119.5 14.0L139.3 14.0L159.0 14.0');
  expect(band).toBe('M119.5 14.0L139.3 11.6L159.0 2.0L159.0 26.0L139.3 16.4Z');
});

test('nothing of nothing; a band that is not known is left out, and equal values are a line', () => {
  expect(sparkPaths([], NONE, 0, null)).toEqual({ line: '', band: '', next: '' });
  const { band, next } = sparkPaths([5, 5], { time: [1], yhat: [5], lo: [NaN], hi: [NaN] }, 0, 1);
  expect(band).toBe('');
  expect(next).not.toContain('NaN');
});
