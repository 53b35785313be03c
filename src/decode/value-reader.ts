import type { Refusal } from './decoder.ts';
import { isJsonObject } from './json-text.ts';
import type { ObjectReader } from './object-reader.ts';
import type { Readings } from './readings.ts';
import { at, malformed, missing } from './refusal.ts';
import { shown } from './shown.ts';

/**
 * A function that reads a value which is an object, one record of a sensor, or an array of objects, several, of which one that cannot be used
 * refuses all.
 */
export function valueReader(read: ObjectReader): (value: unknown, out: Readings) => Refusal | undefined {
  return (value, out) => {
    if (isJsonObject(value)) return read(value, out);
    if (Array.isArray(value)) return readAll(value, read, out);
    return malformed(`value: expected an object or an array of them, got ${shown(value)}`);
  };
}

function readAll(elements: readonly unknown[], read: ObjectReader, out: Readings): Refusal | undefined {
  for (const [i, element] of elements.entries()) {
    if (!isJsonObject(element)) return malformed(`[${i}]: expected an object, got ${shown(element)}`);
    const refusal = read(element, out);
    if (refusal !== undefined) return at(`[${i}].`, refusal);
  }
  return elements.length === 0 ? missing('value: expected objects, got an empty array') : undefined;
}
