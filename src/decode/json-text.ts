import { textOf } from './text.ts';

/** An object of parsed JSON. Its keys are data: `__proto__` and the like are ordinary own properties of it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A value of parsed JSON. `undefined` is none, and so stands for bytes that are no JSON. */
export type Json = string | number | boolean | null | readonly unknown[] | JsonObject | bigint;

/**
 * A function from bytes to the JSON value they are, undefined where they are none (or no UTF-8). It never throws.
 *
 * @param exact the name of a field whose whole numbers come back as bigints where a float64 cannot hold them: a time in
 *   nanoseconds has 19 digits. That costs about three times the plain parse, so it is only done when asked for.
 */
export function jsonParser(exact?: string): (bytes: Uint8Array) => Json | undefined {
  const reviver =
    exact === undefined
      ? undefined
      : (key: string, value: unknown, context?: { readonly source?: string }): unknown =>
          key === exact &&
          typeof value === 'number' &&
          Number.isInteger(value) &&
          !Number.isSafeInteger(value)
            ? whole(value, context?.source)
            : value;
  return (bytes) => {
    const text = textOf(bytes);
    if (text === undefined) return undefined;
    try {
      const value: Json = reviver === undefined ? JSON.parse(text) : JSON.parse(text, reviver);
      return value;
    } catch {
      return undefined;
    }
  };
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DIGITS = /^-?\d+$/;

/** The digits as they stood in the text; `1.7e18` is the whole number that its float64 is. */
function whole(value: number, source: string | undefined): bigint {
  return BigInt(source !== undefined && DIGITS.test(source) ? source : value);
}
