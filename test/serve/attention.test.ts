import { expect, test } from 'vitest';
import { byAttention } from '../../src/serve/attention.ts';

test('most anomalies first, then by name with its numbers as numbers', () => {
  const series = [
    { name: 'pump 10', anomalies: 0 },
    { name: 'pump 2', anomalies: 0 },
    { name: 'a', anomalies: 1 },
    { name: 'z', anomalies: 5 },
  ].map((one) => Object.assign(one, { readings: 1, lastTime: 1, lastValue: 1 }));
  expect(series.toSorted(byAttention).map(({ name }) => name)).toEqual(['z', 'a', 'pump 2', 'pump 10']);
});
