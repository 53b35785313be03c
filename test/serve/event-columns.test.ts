import { expect, test } from 'vitest';
import { addEvent, eventsWhere, noEvents } from '../../src/serve/event-columns.ts';
import { events } from './points.ts';

test('events of several kinds stand in order of time, each once', () => {
  const columns = noEvents();
  const groups = [
    events('drift-up', '01', ['a', 5, 9, 3], ['a', 9, 8, 3]),
    events('relearn', '01', ['a', 5, 9, 3]),
    events('coverage-low', '06', ['a', 7, 0.8, 0.9]),
    events('coverage-low', '12', ['a', 7, 0.7, 0.9]),
  ];
  // a batch that comes again changes nothing
  for (const group of [...groups, ...groups])
    for (let row = 0; row < group.length; row++) addEvent(columns, group, row);
  expect(columns).toEqual({
    time: [5, 5, 7, 7, 9],
    kind: ['drift-up', 'relearn', 'coverage-low', 'coverage-low', 'drift-up'],
    h: ['01', '01', '06', '12', '01'],
    value: [9, 9, 0.8, 0.7, 8],
    expected: [3, 3, 0.9, 0.9, 3],
  });
  expect(eventsWhere(columns, (row) => row > 2)).toEqual({
    time: [7, 9],
    kind: ['coverage-low', 'drift-up'],
    h: ['12', '01'],
    value: [0.7, 8],
    expected: [0.9, 3],
  });
});
