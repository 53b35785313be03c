import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Arena } from '../../src/memory/arena.ts';
import { Rows } from '../../src/memory/rows.ts';

test('rows never move while others are born and the arena grows', () => {
  const rows = new Rows(new Arena(), 1000);
  const first = rows.base(rows.add());
  for (let i = 1; i < 5000; i++) rows.add();
  expect(rows.base(0)).toBe(first);
  expect(rows.stride % 16).toBe(0);
});

test('rollback gives back every committed byte and removes what was born since', () => {
  type Act = {
    readonly kind: 'add' | 'write' | 'commit' | 'rollback';
    readonly row: number;
    readonly byte: number;
  };
  const act = fc.record<Act>({
    kind: fc.constantFrom('add', 'write', 'write', 'commit', 'rollback'),
    row: fc.nat(50),
    byte: fc.integer({ min: 1, max: 255 }),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 120 }), (acts) => {
      const rows = new Rows(new Arena(), 40);
      // the model: arrays of bytes
      let now: number[] = [];
      let committed: number[] = [];
      for (const { kind, row, byte } of acts) {
        if (kind === 'add') {
          rows.add();
          now.push(0);
        } else if (kind === 'write' && now.length > 0) {
          const r = row % now.length;
          rows.touch(r);
          rows.bytes(r).fill(byte);
          now[r] = byte;
        } else if (kind === 'commit') {
          rows.committed();
          committed = [...now];
        } else if (kind === 'rollback') {
          rows.rollback();
          now = [...committed];
        }
        expect(rows.length).toBe(now.length);
        now.forEach((value, r) => expect(rows.bytes(r)[7]).toBe(value));
      }
    }),
    { numRuns: 200 },
  );
});
