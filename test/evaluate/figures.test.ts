import { expect, test } from 'vitest';
import { better, eventsTold, figure, percent, rowsTold, share } from '../../src/evaluate/figures.ts';

test.each([
  [null, '–'],
  [0, '0.000'],
  [0.040_41, '0.0404'],
  [0.3414, '0.3414'],
  [1.818, '1.818'],
  [-27.21, '-27.21'],
  [4798.3, '4798'],
  [6_568_525, '6.57e+6'],
  [0.000_12, '1.20e-4'],
])('the figure %s is written %s', (value, text) => {
  expect(figure(value)).toBe(text);
});

test('shares, ratios and rows', () => {
  expect([percent(0.898), percent(0.9)]).toEqual(['89.8 %', '90 %']);
  expect([share(0.898), share(null)]).toEqual(['89.8 %', '–']);
  expect([better(0.77), better(1.25), better(1), better(null)]).toEqual([
    '23.0 % better',
    '25.0 % worse',
    '0.0 % better',
    '–',
  ]);
  expect([rowsTold({ rows: '0..' }), rowsTold({ rows: '0..9' })]).toEqual(['all rows', 'rows 0..9']);
});

test('events are told over all series, by kind', () => {
  expect(eventsTold([])).toBe('none');
  expect(eventsTold([{ events: {} }, { events: {} }])).toBe('none');
  const series = [
    { events: { 'drift-up': 1, relearn: 1 } },
    { events: {} },
    { events: { 'drift-up': 1999 } },
  ];
  expect(eventsTold(series)).toBe('2,000 drift-up, 1 relearn');
});
