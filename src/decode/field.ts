import type { JsonObject } from './json-text.ts';

/**
 * A function that reads one field of a JSON object: `value`, or along a dotted path `data.temperature` (a field that is literally so
 * named comes first; a number is an index into an array). An absent field is undefined, also where every object inherits something of
 * that name.
 */
export function fieldReader(name: string): (record: JsonObject) => unknown {
  const path = name.split('.');
  if (path.length === 1)
    return name in Object.prototype ? (record) => own(record, name) : (record) => record[name];
  return (record) => {
    if (Object.hasOwn(record, name)) return record[name];
    let value: unknown = record;
    for (const step of path) value = own(value, step);
    return value;
  };
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
