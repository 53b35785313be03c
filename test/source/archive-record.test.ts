import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordBytes } from '../../src/source/archive-record.ts';

const text = (reading: Parameters<typeof recordBytes>[0]): string =>
  Buffer.from(recordBytes(reading)).toString();

test('a record is JSON, and what is no number is told as it is', () => {
  expect(text({ series: 'a "b"', time: 1.5, value: 21.5 })).toBe(
    '{"series":"a \\"b\\"","time":1.5,"value":21.5}',
  );
  expect(text({ series: 's', time: 0, value: 'x' })).toBe('{"series":"s","time":0,"value":"x"}');
  expect(text({ series: 's', time: 0, value: true })).toBe('{"series":"s","time":0,"value":true}');
  expect(text({ series: 's', time: 0, value: NaN })).toBe('{"series":"s","time":0,"value":null}');
});

test('numbers come back bit for bit', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -9e15, max: 9e15 }),
      fc.string({ unit: 'grapheme' }),
      (value, micros, series) => {
        const reading = { series, time: micros / 1000 + 0, value };
        expect(JSON.parse(text(reading))).toEqual(reading);
      },
    ),
  );
});
