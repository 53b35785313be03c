import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LinesInMaking } from '../../src/sink/lines.ts';
import { pointsOf } from './points.ts';

/** Lines with characters of one to four bytes, some of them often enough to fill what is written at a time. */
const texts = fc
  .array(
    fc.tuple(
      fc.string({ unit: fc.constantFrom('a', '7', 'é', '温', '😀') }),
      fc.integer({ max: 600, min: 1 }),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((pairs) => pairs.flatMap(([text, often]) => Array.from({ length: often }, (_, i) => `${text}${i}`)));

test('any of them, or all, are the bytes of their texts, and know where they came from', () => {
  fc.assert(
    fc.property(texts, fc.nat(), fc.nat(), (all, a, b) => {
      const points = pointsOf(
        ['value'],
        all.map((_, i) => [`s${i}`, i, 1]),
      );
      const making = new LinesInMaking();
      for (const row of all.keys()) making.add((text, i) => text + all[i]!, points, row);
      const lines = making.end();
      const [from, to] = [a % (all.length + 1), b % (all.length + 1)].toSorted((p, q) => p - q) as [
        number,
        number,
      ];
      for (const [some, expected] of [
        [lines, all],
        [lines.slice(from, to), all.slice(from, to)],
        [lines.slice(from, to).slice(0, (to - from) >> 1), all.slice(from, from + ((to - from) >> 1))],
      ] as const) {
        expect(some.count).toBe(expected.length);
        if (expected.length === 0) continue;
        expect(some.bytes.toString()).toBe(expected.join('\n'));
        const numbers = Array.from(expected, (_, i) => i);
        expect(numbers.map((i) => some.line(i).toString())).toEqual(expected);
        const first = some === lines ? 0 : from;
        expect(numbers.map((i) => some.source(i).offset)).toEqual(numbers.map((i) => first + i));
      }
    }),
    { numRuns: 200 },
  );
});
