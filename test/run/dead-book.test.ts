import { expect, test } from 'vitest';
import type { DeadLetter } from '../../src/frame.ts';
import { DeadBook } from '../../src/run/dead-book.ts';

const letter = (offset: number, bytes: Uint8Array | null = null): DeadLetter => ({
  offset,
  reason: 'late',
  detail: 'x'.repeat(9000),
  series: 's',
  bytes,
});

test('the latest fifty, newest first, of each a beginning', () => {
  const book = new DeadBook();
  expect(book.list()).toEqual([]);
  book.take(3, [letter(1), letter(2, Buffer.alloc(1_000_000, 'a'))]);
  expect(book.list().map(({ offset }) => offset)).toEqual([2, 1]);
  const [second, first] = book.list();
  expect(first).toMatchObject({ partition: 3, reason: 'late', series: 's', record: null });
  expect(second?.record).toMatchObject({ form: 'text', bytes: 1_000_000, isCut: true });
  expect(JSON.stringify(book.list()).length).toBeLessThan(3000);
  book.take(
    0,
    Array.from({ length: 200 }, (_, i) => letter(i)),
  );
  expect(book.list()).toHaveLength(50);
  expect(book.list()[0]).toMatchObject({ partition: 0, offset: 199 });
});
