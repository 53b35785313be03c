// @ts-check
import { expect, test } from 'vitest';
import { spansFor } from '../../../src/serve/page/spans.js';

test.each([
  ['a second', 1000, ['1 min', '5 min', '15 min', 'All']],
  ['a minute', 60_000, ['1 h', '3 h', '12 h', 'All']],
  ['an hour', 3_600_000, ['2 d', '1 w', '4 w', 'All']],
  ['a day', 86_400_000, ['4 w', '26 w', '52 w', 'All']],
])('readings %s apart are shown in lengths that suit them', (_, step, labels) => {
  const spans = spansFor(step);
  expect(spans.map(({ label }) => label)).toEqual(labels);
  expect(spans.at(-1)?.ms).toBeNull();
});

test('very long or short steps still have a choice, each once', () => {
  for (const step of [1, 1e12]) {
    const labels = spansFor(step).map(({ label }) => label);
    expect(labels).toHaveLength(new Set(labels).size);
    expect(labels.length).toBeGreaterThan(1);
  }
});
