import { expect, test } from 'vitest';
import { chart } from '../../../src/evaluate/report/chart.ts';

const usual = {
  title: 'T',
  about: 'A.',
  x: [1, 2, 3],
  axis: 'steps',
  lines: [{ name: 'n', look: 'ours', y: [1, 2, 3] }],
} as const;

test('draws a line with its numbers as tooltips, and a legend', () => {
  const svg = chart({ ...usual, goal: { name: 'aim', y: 2 }, unit: ' %' });
  expect(
    svg.match(/<path class="line ours" d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+L[\d.]+ [\d.]+"\/>/g),
  ).toHaveLength(1);
  expect(svg).toContain('<title>2 ahead\nn: 2 %</title>');
  expect(svg.match(/<li>/g)).toHaveLength(2);
});

test('a line is broken, and a band cut, where nothing is known', () => {
  const svg = chart({
    ...usual,
    x: [1, 2, 3, 4, 5],
    lines: [{ name: 'n', look: 'ours', y: [1, 2, null, 4, 5] }],
    band: { name: 'b', lo: [0, 1, null, 3, 4], hi: [2, 3, null, 5, 6] },
  });
  const moves = (look: string): number =>
    /d="([^"]+)"/
      .exec(svg.slice(svg.indexOf(`<path class="${look}" d="M`, svg.indexOf('<g clip'))))![1]!
      .split('M').length - 1;
  expect([moves('line ours'), moves('area')]).toEqual([2, 2]);
  expect(svg).toContain('n: –\nb: – to –');
});

test.each([
  ['nothing', [], []],
  ['one point', [5], [7]],
  ['what never moves', [1, 2], [3, 3]],
  ['nothing but what is not known', [1, 2], [null, null]],
  ['huge numbers', [1, 2], [1e150, 2e150]],
])('%s is drawn without NaN', (_, x, y) => {
  for (const axis of ['steps', 'time'] as const) {
    const svg = chart({ ...usual, axis, x, lines: [{ name: 'n', look: 'ours', y }] });
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  }
});

test('names are text, whatever stands in them', () => {
  const svg = chart({
    ...usual,
    title: '<script>"&\'',
    lines: [{ name: '</svg>', look: 'ours', y: [1, 2, 3] }],
  });
  expect(svg).not.toContain('<script>');
  expect(svg).toContain('&lt;script&gt;&quot;&amp;&#39;');
  expect(svg).toContain('&lt;/svg&gt;');
});
