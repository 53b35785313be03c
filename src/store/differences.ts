/** A value that is another one now. */
export interface Difference {
  /** Dotted. */
  readonly path: string;
  /** Undefined: there was none. */
  readonly before: unknown;
  readonly now: unknown;
}

/** Where two settings differ, as JSON has them: at the innermost keys, for objects that both have; lists are looked at as a whole. */
export function differences(before: unknown, now: unknown, path = ''): readonly Difference[] {
  if (isObject(before) && isObject(now)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
    return [...keys].flatMap((key) =>
      differences(before[key], now[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return JSON.stringify(before) === JSON.stringify(now) ? [] : [{ path, before, now }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
