import { decimal } from './decimal.ts';
import { iso8601 } from './iso8601.ts';
import { Timestamp } from './timestamp.ts';

/**
 * How a time is written: a count of a unit since 1970-01-01T00:00Z, an ISO 8601 date, or `auto`: a number of ms or a date, or what a
 * schema says is a time. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns' | 'iso' | 'auto';

const WHAT: Readonly<Record<TimeUnit, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'a whole number of nanoseconds',
  iso: 'an ISO 8601 date',
  auto: 'milliseconds or an ISO 8601 date',
};

/** What a refusal says was expected of a time. */
export function expectedTime(unit: TimeUnit): string {
  return WHAT[unit];
}

/**
 * A function from a value of parsed JSON to ms since 1970, NaN where the value is not of the unit. The magnitude of a number is
 * never looked at. Fractions are kept to the nearest microsecond; of nanoseconds and dates, digits below it are dropped.
 * A bigint is a count whose digits a float64 could not hold.
 */
export function timeOfValue(unit: TimeUnit): (value: unknown) => number {
  return OF_VALUE[unit];
}

/** The same for a time that came as text: a cell, or the timestamp of a line. */
export function timeOfText(unit: TimeUnit): (text: string) => number {
  return OF_TEXT[unit];
}

const OF_VALUE: Readonly<Record<TimeUnit, (value: unknown) => number>> = {
  s: (value) => (typeof value === 'number' ? seconds(value) : NaN),
  ms: (value) => (typeof value === 'number' ? milliseconds(value) : NaN),
  us: (value) => (typeof value === 'number' || typeof value === 'bigint' ? microseconds(Number(value)) : NaN),
  ns: (value) =>
    typeof value === 'bigint'
      ? Number(value / 1000n) / 1000
      : typeof value === 'number'
        ? nanoseconds(value)
        : NaN,
  iso: (value) => (typeof value === 'string' ? iso8601(value) : NaN),
  auto: (value) => {
    if (typeof value === 'number') return milliseconds(value);
    if (typeof value === 'string') return iso8601(value);
    return value instanceof Timestamp ? value.ms : NaN;
  },
};

const OF_TEXT: Readonly<Record<TimeUnit, (text: string) => number>> = {
  s: (text) => seconds(decimal(text)),
  ms: (text) => milliseconds(decimal(text)),
  us: (text) => microseconds(decimal(text)),
  ns: nanosecondDigits,
  iso: iso8601,
  auto: (text) => {
    const number = decimal(text);
    return Number.isNaN(number) ? iso8601(text) : milliseconds(number);
  },
};

// `+ 0` turns a negative zero into zero.

function seconds(count: number): number {
  return (Number.isInteger(count) ? count * 1000 : Math.round(count * 1e6) / 1000) + 0;
}

function milliseconds(count: number): number {
  return (Number.isInteger(count) ? count : Math.round(count * 1000) / 1000) + 0;
}

function microseconds(count: number): number {
  return Math.round(count) / 1000 + 0;
}

/** Exact: of a whole number below 2^53, which is all that may come here as a number, the quotient never rounds up to the next microsecond. */
function nanoseconds(count: number): number {
  return Number.isSafeInteger(count) ? Math.trunc(count / 1000) / 1000 + 0 : NaN;
}

const WHOLE = /^-?\d+$/;

/** Drops the last three digits as text: nanoseconds of today have 19, and a float64 holds 15. */
function nanosecondDigits(text: string): number {
  if (!WHOLE.test(text)) return NaN;
  const micros = text.slice(0, -3);
  return micros === '' || micros === '-' ? 0 : Number(micros) / 1000 + 0;
}
