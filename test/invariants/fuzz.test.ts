import { expect, test } from 'vitest';
import { fuzz } from '../checks/fuzz.ts';
import { formats } from '../decode/formats.ts';

const EACH = Math.ceil(20_000 / formats.length);

// Invariant 4, for bytes of any kind; `npm run test:fuzz -- --records 1000000` is the long one.
test.each(formats.map(([name], format) => [name, format] as const))(
  '%s: no record throws, hangs or is forgotten',
  (_, format) => {
    const { account, reasons, violations } = fuzz({ format, records: EACH, seed: 1 });
    expect(violations).toEqual([]);
    expect(account.records).toBe(EACH);
    // every way out has been taken
    expect(account.used).toBeGreaterThan(100);
    expect(account.dead).toBeGreaterThan(EACH / 5);
    expect(reasons.get('malformed')).toBeGreaterThan(0);
  },
);
