import { expect, test } from 'vitest';
import { fill } from '../../src/route/template.ts';

const document = { series: 'a', value: 3, channel: null, labels: { site: 'x', 'a.b': 'dotted' } };

test.each([
  ['{series} has {value}', 'a has 3'],
  ['{value}', 3],
  ['{channel}', null],
  ['[{channel}]', '[]'],
  ['{labels.site}/{labels.a.b}', 'x/dotted'],
  ['{labels}', { site: 'x', 'a.b': 'dotted' }],
  ['in {labels}', 'in {"site":"x","a.b":"dotted"}'],
  ['{nothing} {labels.nothing} {series.length}', '  '],
  ['{constructor} {labels.__proto__}', ' '],
  ['{ series } {}', '{ series } {}'],
  [
    { text: '{series}', n: [1, '{value}', { deep: true }], none: null },
    { text: 'a', n: [1, 3, { deep: true }], none: null },
  ],
])('%j becomes %j', (template, expected) => {
  expect(fill(template, document)).toEqual(expected);
});

test('what a document holds is not a template itself', () => {
  expect(fill('{series}!', { series: '{value}', value: 1 })).toBe('{value}!');
});
