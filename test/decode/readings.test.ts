import { describe, expect, test } from 'vitest';
import { Readings, seriesFault, timeFault } from '../../src/decode/readings.ts';

describe('Readings', () => {
  test('grow by reading, remember their record, and are cut back whole', () => {
    const readings = new Readings(2);
    readings.addAll('a', 1, [10, 11]);
    readings.current = 1;
    readings.addAll('b', 2, [20, 21]);
    expect([readings.length, readings.record, readings.value]).toEqual([2, [0, 1], [10, 11, 20, 21]]);
    readings.truncate(1);
    expect([readings.series, readings.time, readings.record, readings.value]).toEqual([
      ['a'],
      [1],
      [0],
      [10, 11],
    ]);
  });
});

describe('the name of a series', () => {
  test.each(['a', 'boiler 7', 'cpu,host=a.usage', 'Wärme', 'x'.repeat(256), 'ä'.repeat(128), '\\a'])(
    '%s is one',
    (name) => {
      expect(seriesFault(name)).toBeUndefined();
    },
  );

  test.each([
    ['an empty one', ''],
    ['more than 256 bytes', 'x'.repeat(257)],
    ['more than 256 bytes in fewer characters', 'ä'.repeat(129)],
    ['a line break', 'a\nb'],
    ['DEL', 'a\u007f'],
    ['a backslash at the end', 'a\\'],
    ['half a character', 'a\ud800'],
  ])('%s is none, and why is said', (_, name) => {
    expect(seriesFault(name)).toMatch(/^expected .*, got /);
  });
});

describe('a time', () => {
  test.each([0, -1, 1_767_225_600_000.001, 9_223_372_036_854, -9_223_372_036_854])('%d is one', (time) => {
    expect(timeFault(time)).toBeUndefined();
  });

  test.each([NaN, Infinity, -Infinity, 9_223_372_036_855, -9_223_372_036_855])('%d is none', (time) => {
    expect(timeFault(time)).toMatch(/^expected a time/);
  });
});

test('those that are not wanted are removed, from an index on', () => {
  const readings = new Readings(2);
  for (const [i, name] of ['a', 'b', 'a', 'b', 'c'].entries()) {
    readings.current = i;
    readings.addAll(name, i * 10, [i, -i]);
  }
  readings.keep(1, (name, time) => name === 'b' || time === 40);
  expect(readings).toMatchObject({
    length: 4,
    series: ['a', 'b', 'b', 'c'],
    time: [0, 10, 30, 40],
    record: [0, 1, 3, 4],
    value: [0, -0, 1, -1, 3, -3, 4, -4],
  });
  readings.keep(0, () => false);
  expect(readings).toMatchObject({ length: 0, value: [] });
});
