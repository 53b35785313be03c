import { delay, filter, of, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Batch } from '../src/source/source.ts';
import { type Stage, stage, topology } from '../src/stage.ts';

interface A {
  readonly a: number;
}
interface B {
  readonly b: number;
}
interface C {
  readonly c: number;
}
const begin = stage((_: Batch): A => ({ a: 1 }));
const addB = stage((frame: A): B => ({ b: frame.a + 1 }));
const addC = stage((frame: A & B): C => ({ c: frame.a + frame.b }));
const keep = stage((_: A): object => ({}));
const batch: Batch = { partition: 0, records: [], next: 0 };

describe('stage', () => {
  test('adds columns and keeps what was there, without changing the frame it was given', () => {
    const frame = { a: 1, other: 'kept' };
    const out: (typeof frame & B)[] = [];
    of(frame)
      .pipe(addB)
      .subscribe((next) => out.push(next));
    expect(out).toEqual([{ a: 1, b: 2, other: 'kept' }]);
    expect(frame).toEqual({ a: 1, other: 'kept' });
  });
});

describe('topology', () => {
  test('runs the stages in order', () => {
    const out: unknown[] = [];
    of(batch)
      .pipe(topology(begin, addB, addC), toArray())
      .subscribe((frames) => out.push(...frames));
    expect(out).toEqual([{ ...batch, a: 1, b: 2, c: 3 }]);
  });

  test('keeps the types over 16 stages', () => {
    const sixteen = topology(
      begin,
      keep,
      keep,
      keep,
      keep,
      keep,
      keep,
      keep,
      keep,
      keep,
      keep,
      keep,
      keep,
      addB,
      keep,
      addC,
    );
    of(batch)
      .pipe(sixteen)
      .subscribe((frame) => {
        expectTypeOf(frame).toExtend<Batch & A & B & C>();
        expect(frame.c).toBe(3);
      });
  });

  test('a misordered pipe does not compile', () => {
    // Each line below is a type error; `npm run check` fails when one of them no longer is.
    // @ts-expect-error addC needs the column b, which nothing before it adds
    topology(begin, addC);
    // @ts-expect-error addB stands after addC
    topology(begin, addC, addB);
    // @ts-expect-error the first stage must take batches
    topology(addB);
    // @ts-expect-error misordered at the very end of 16
    topology(begin, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep, addC, addB);
    // prettier-ignore
    // @ts-expect-error 17 stages are one too many
    topology(begin, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep, keep);
    expectTypeOf(addC).toEqualTypeOf<Stage<A & B, C>>();
  });

  test("other people's operators fit, too", () => {
    const own = topology(
      begin,
      filter(({ a }) => a > 0),
      delay(0),
      addB,
    );
    expectTypeOf(own).returns.toExtend<object>();
    expect(own).toBeTypeOf('function');
  });
});
