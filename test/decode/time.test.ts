import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeOfText, timeOfValue } from '../../src/decode/time.ts';

/** Microseconds of the years 1685 to 2255, in which they are exact as float64. */
const micros = fc.bigInt({ min: -9_000_000_000_000_000n, max: 9_000_000_000_000_000n });
const toMs = (count: bigint): number => Number(count) / 1000 + 0;

test('every microsecond comes through, from each unit that can say it, as number and as text', () => {
  fc.assert(
    fc.property(micros, fc.integer({ min: 0, max: 999 }), (count, below) => {
      const ms = toMs(count);
      expect(timeOfText('us')(String(count))).toBe(ms);
      expect(timeOfValue('us')(Number(count))).toBe(ms);
      const ns = count * 1000n + BigInt(count < 0n ? -below : below);
      expect(timeOfText('ns')(String(ns))).toBe(ms);
      expect(timeOfValue('ns')(ns)).toBe(ms);
    }),
    { numRuns: 1000 },
  );
});

test('seconds and milliseconds with a fraction go to the nearest microsecond', () => {
  expect(timeOfValue('s')(1_700_000_000.123456)).toBe(1_700_000_000_123.456);
  expect(timeOfText('s')('1700000000.123456')).toBe(1_700_000_000_123.456);
  expect(timeOfText('ms')('1700000000123.4567')).toBe(1_700_000_000_123.457);
  expect(timeOfValue('auto')(0.0004)).toBe(0);
  expect(timeOfValue('us')(1.5)).toBe(0.002);
});

test('a whole number of nanoseconds that a float64 holds is not rounded up across a microsecond', () => {
  expect(timeOfValue('ns')(8_999_999_999_999_999)).toBe(8_999_999_999.999);
  expect(timeOfText('ns')('8999999999999999')).toBe(8_999_999_999.999);
});

test('digits below a microsecond are dropped towards 1970', () => {
  for (const [text, ms] of [
    ['999', 0],
    ['-999', 0],
    ['1000', 0.001],
    ['-1999', -0.001],
    ['0', 0],
    ['-0', 0],
  ] as const) {
    expect(timeOfText('ns')(text)).toBe(ms);
  }
});

test('the magnitude of a number is never looked at', () => {
  expect(timeOfValue('auto')(1_700_000_000)).toBe(1_700_000_000);
  expect(timeOfText('auto')('1700000000')).toBe(1_700_000_000);
  expect(timeOfText('auto')('2024')).toBe(2024);
});

test('auto takes dates, too', () => {
  expect(timeOfValue('auto')('2023-11-14T22:13:20Z')).toBe(1_700_000_000_000);
  expect(timeOfText('auto')('2023-11-14 22:13:20')).toBe(1_700_000_000_000);
});

test.each(['s', 'ms', 'us', 'ns'] as const)('%s takes numbers only', (unit) => {
  for (const value of ['1', '2023-11-14', true, null, undefined, {}, [], NaN])
    expect(timeOfValue(unit)(value)).toBeNaN();
  for (const text of ['', ' 1', '0x1', '2023-11-14', '1_0']) expect(timeOfText(unit)(text)).toBeNaN();
});

test('iso takes dates only', () => {
  for (const value of [1, '1', true, null]) expect(timeOfValue('iso')(value)).toBeNaN();
  expect(timeOfText('iso')('1700000000')).toBeNaN();
});

test('nanoseconds are whole', () => {
  for (const text of ['1.5', '1e3', '+1', '--1', '-']) expect(timeOfText('ns')(text)).toBeNaN();
  expect(timeOfValue('ns')(1.5)).toBeNaN();
});

test('no time is a negative zero', () => {
  expect(timeOfValue('ms')(-0)).toBe(0);
  expect(timeOfValue('us')(-0.1)).toBe(0);
  expect(timeOfText('s')('-0')).toBe(0);
});
