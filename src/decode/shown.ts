import { Timestamp } from './timestamp.ts';

const LONGEST = 60;

/**
 * A value as a refusal's detail shows it: at most 60 characters of it, never the inside of an object (it may be thousands of
 * levels deep).
 */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string')
    return value.length > LONGEST ? `${quoted(value.slice(0, LONGEST))}…` : quoted(value);
  if (value instanceof Timestamp) return 'a timestamp, which timeUnit: auto reads';
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : typeof value;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
