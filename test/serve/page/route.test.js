// @ts-check
import { expect, test } from 'vitest';
import { routeOf, seriesAddress } from '../../../src/serve/page/route.js';

test.each([
  ['', { view: 'overview' }],
  ['#/', { view: 'overview' }],
  ['#/nowhere', { view: 'overview' }],
  ['#/pipeline', { view: 'pipeline' }],
  ['#/series/', { view: 'overview' }],
  ['#/series/a%2Fb%20c', { view: 'series', name: 'a/b c' }],
  ['#/series/%E0%A4%A', { view: 'overview' }],
  // as links in alerts have it
  ['#boiler-7', { view: 'series', name: 'boiler-7' }],
  ['#%2Fpipeline', { view: 'series', name: '/pipeline' }],
])('%s', (hash, route) => {
  expect(routeOf(hash)).toEqual(route);
});

test('the address of a series leads to it, whatever its name', () => {
  for (const name of ['a', 'pipeline', '/pipeline', 'a#b?c=d&e', '100 %', 'Überlauf'])
    expect(routeOf(seriesAddress(name))).toEqual({ view: 'series', name });
});
