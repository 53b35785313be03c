import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Arena } from '../../src/memory/arena.ts';
import { Memory } from '../../src/memory/memory.ts';

function counter(options = {}) {
  const memory = new Memory({ arena: new Arena(), ...options });
  const slot = memory.series('count', 'f64');
  const total = memory.partition('total', 'f64');
  const bump = (name: string): void => {
    const row = memory.row(name);
    memory.touch(row);
    memory.touchPartition();
    const { f64 } = memory.view();
    f64[slot.at(row)] = f64[slot.at(row)]! + 1;
    f64[total.at(0)] = f64[total.at(0)]! + 1;
  };
  const read = (name: string): number | undefined => {
    const row = memory.find(name);
    return row === undefined ? undefined : memory.view().f64[slot.at(row)];
  };
  return { memory, bump, read, total: () => memory.view().f64[total.at(0)] };
}

test('series, partition slots and births roll back to the commit', () => {
  const { memory, bump, read, total } = counter();
  bump('a');
  bump('a');
  memory.committed();
  bump('a');
  bump('b');
  expect([read('a'), read('b'), total()]).toEqual([3, 1, 4]);
  memory.rollback();
  expect([read('a'), read('b'), total()]).toEqual([2, undefined, 2]);
  bump('c');
  expect([memory.name(1), read('c'), memory.length]).toEqual(['c', 1, 2]);
});

test('what a commit wrote restores to the same bytes and the same order of birth', () => {
  const { memory, bump } = counter();
  for (const name of ['x', 'y', 'x', 'z']) bump(name);
  const rows = [...memory.changed()].map(({ series, bytes }) => ({ series, bytes: bytes.slice() }));
  const partition = memory.partitionBytes().slice();
  const again = counter();
  again.memory.restore(rows, partition);
  expect([again.read('x'), again.read('y'), again.read('z'), again.total()]).toEqual([2, 1, 1, 4]);
  expect(again.memory.changedLength).toBe(0);
  again.bump('y');
  expect([...again.memory.changed()].map(({ series }) => series)).toEqual(['y']);
  expect(again.memory.layout()).toBe(memory.layout());
});

test('state of another layout is refused', () => {
  const { memory } = counter();
  expect(() => memory.restore([{ series: 'a', bytes: new Uint8Array(8) }], null)).toThrow(
    expect.objectContaining({ code: 'STATE_CORRUPT', message: expect.stringContaining('series a') }),
  );
});

test('rules that the numbers follow are part of the layout, once each', () => {
  const layout = (...rules: readonly (readonly [string, string])[]) => {
    const { memory } = counter();
    for (const [name, version] of rules) memory.follow(name, version);
    return memory.layout();
  };
  expect(layout(['zones', '1'], ['zones', '1'])).toBe(layout(['zones', '1']));
  expect(new Set([layout(), layout(['zones', '1']), layout(['zones', '2'])]).size).toBe(3);
});

test('maxStateBytes refuses new series and keeps the known ones', () => {
  const { memory, bump } = counter({ maxStateBytes: 16 + 40 });
  bump('a');
  bump('b');
  expect(memory.row('c')).toBe(-1);
  expect(memory.row('a')).toBe(0);
  expect(memory.length).toBe(2);
});

test('what is learned lies in each series, or in the one place of the partition whatever the row', () => {
  const memory = new Memory({ arena: new Arena() });
  const own = memory.learned('series', 'own', 'f32', 4);
  expect(memory.isTaughtInTurn).toBe(false);
  const shared = memory.learned('partition', 'shared', 'f32', 100);
  expect(memory.isTaughtInTurn).toBe(true);
  const rows = ['a', 'b', 'c'].map((name) => memory.row(name));
  expect(new Set(rows.map((row) => own.at(row))).size).toBe(3);
  expect(new Set(rows.map((row) => shared.at(row))).size).toBe(1);
  expect([memory.bytesPerSeries, memory.bytesPerPartition]).toEqual([16, 400]);
});

test('the partition counts for maxStateBytes too', () => {
  const memory = new Memory({ arena: new Arena(), maxStateBytes: 400 + 2 * 16 + 15 });
  memory.series('own', 'f32', 4);
  memory.partition('large', 'f32', 100);
  expect([memory.mostSeries, ...'abc'.split('').map((name) => memory.row(name))]).toEqual([2, 0, 1, -1]);
  const small = new Memory({ arena: new Arena(), maxStateBytes: 300 });
  small.partition('large', 'f32', 100);
  expect([small.mostSeries, small.row('a')]).toEqual([0, -1]);
});

test('the arena may grow between any two readings: nothing keeps a view', () => {
  const arena = new Arena();
  const { memory, bump, read } = counter({ arena });
  for (let i = 0; i < 200; i++) {
    bump('a');
    arena.take(1 << 16);
  }
  expect(read('a')).toBe(200);
  expect(memory.length).toBe(1);
});

test('released memory is handed to the next', () => {
  const arena = new Arena();
  const first = counter({ arena });
  first.bump('a');
  first.memory.release();
  const size = arena.memory.buffer.byteLength;
  const second = counter({ arena });
  second.bump('b');
  expect(second.read('b')).toBe(1);
  expect(arena.memory.buffer.byteLength).toBe(size);
});

test('released memory keeps nothing, and is whole again once it is restored', () => {
  const arena = new Arena();
  const kept: number[] = [];
  for (let round = 0; round < 3; round++) {
    const { memory, bump, total } = counter({ arena });
    bump('a');
    memory.release();
    memory.restore([], new Uint8Array(16));
    expect([memory.length, total()]).toEqual([0, 0]);
    memory.release();
    kept.push(arena.take(16));
  }
  // as much as a Memory holds is taken once
  expect(kept[2]! - kept[1]!).toBe(16);
});

test('a row goes back to an image of it, whatever stands apart stays; images are committed, rolled back and restored with the row', () => {
  const arena = new Arena();
  const build = () => {
    const memory = new Memory({ arena });
    const apart = memory.apart('apart', 'f64', 2);
    const odd = memory.series('odd', 'u16', 3);
    memory.keepImages(2, 60_000);
    const own = memory.series('own', 'f64');
    const write = (row: number, value: number): void => {
      memory.touch(row);
      const { u16, f64 } = memory.view();
      f64[own.at(row)] = value;
      u16[odd.at(row) + 2] = value;
      f64[apart.at(row) + 1] = value;
    };
    const read = (row: number): unknown[] => {
      const { u16, f64 } = memory.view();
      return [f64[own.at(row)], u16[odd.at(row) + 2], f64[apart.at(row) + 1]];
    };
    return { memory, write, read };
  };
  const { memory, write, read } = build();
  const [a, b] = [memory.row('a'), memory.row('b')];
  for (const row of [a, b]) {
    write(row, 1 + row);
    memory.keepImage(row, 0);
    write(row, 3 + row);
    memory.keepImage(row, 1);
    write(row, 5 + row);
  }
  memory.committed();
  memory.touch(a);
  memory.restoreImage(a, 0);
  expect([read(a), read(b)]).toEqual([
    [1, 1, 5],
    [6, 6, 6],
  ]);
  memory.keepImage(a, 1);
  memory.rollback();
  memory.touch(a);
  memory.restoreImage(a, 1);
  expect(read(a)).toEqual([3, 3, 5]);
  const rows = [...memory.all()].map(({ series, bytes }) => ({ series, bytes: bytes.slice() }));
  const again = build();
  again.memory.restore(rows, null);
  again.memory.touch(b);
  again.memory.restoreImage(b, 0);
  expect(again.read(b)).toEqual([2, 2, 6]);
  expect(memory.partsOfSeries).toEqual({ own: 16, apart: 16, images: 32 });
  expect(memory.bytesPerSeries).toBe(64);
});

test('no series goes back alone where all teach one set of weights', () => {
  const refused = expect.objectContaining({ code: 'PIPELINE_INVALID' });
  const first = new Memory({ arena: new Arena() });
  first.keepImages(1, 60_000);
  expect(() => first.learned('partition', 'shared', 'f32', 4)).toThrow(refused);
  const second = new Memory({ arena: new Arena() });
  second.learned('partition', 'shared', 'f32', 4);
  expect(() => second.keepImages(1, 60_000)).toThrow(refused);
});

/** A Memory from which series leave, and a plain Map that does the same. */
function evicting(isKept: boolean) {
  const memory = new Memory({ arena: new Arena() });
  memory.mayEvict({ isKept });
  const slot = memory.series('number', 'f64');
  const put = (name: string, value: number): void => {
    const row = memory.row(name);
    memory.touch(row);
    memory.view().f64[slot.at(row)] = value;
  };
  const numbers = (): [string, number, number][] =>
    memory.rows.map((row) => [memory.name(row), memory.birth(row), memory.view().f64[slot.at(row)]!]);
  const bytesOf = (bytes: Uint8Array): number =>
    new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
  const archive = (): [string, number][] =>
    Array.from(memory.archived(), ({ series, bytes }) => [series, bytesOf(bytes)]);
  return { memory, put, numbers, archive, bytesOf };
}

interface Model {
  readonly alive: Map<string, { birth: number; value: number }>;
  readonly archive: Map<string, number>;
  next: number;
}

const copyOf = ({ alive, archive, next }: Model): Model => ({
  alive: new Map(Array.from(alive, ([name, one]) => [name, { ...one }])),
  archive: new Map(archive),
  next,
});

// Seen to fail when a rollback leaves out what has left, when what comes back stays in the archive, and when a series that left and came within one
// commit counts as gone.
test.each([{ isKept: false }, { isKept: true }])(
  'series that leave and come back: as a Map, through commits, rollbacks and restores: %j',
  ({ isKept }) => {
    const act = fc.record({
      kind: fc.constantFrom('put', 'put', 'put', 'evict', 'commit', 'rollback', 'restore'),
      names: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 }),
      value: fc.integer({ min: 1, max: 999 }),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (acts) => {
        let one = evicting(isKept);
        let model: Model = { alive: new Map(), archive: new Map(), next: 0 };
        let committed = copyOf(model);
        /** What a store would hold: rows by series, archived rows, slots. */
        const stored = {
          rows: new Map<string, { birth: number; bytes: Uint8Array }>(),
          archive: new Map<string, Uint8Array>(),
          slots: new Uint8Array(16),
        };
        for (const { kind, names: numbers, value } of acts) {
          const names = numbers.map((i) => `s${i}`);
          if (kind === 'put') {
            for (const name of names) {
              if (!model.alive.has(name)) model.alive.set(name, { birth: model.next++, value });
              model.archive.delete(name);
              model.alive.get(name)!.value = value;
              one.put(name, value);
            }
          } else if (kind === 'evict') {
            const some = names.filter((name) => model.alive.has(name));
            for (const name of some) {
              if (isKept) model.archive.set(name, model.alive.get(name)!.value);
              model.alive.delete(name);
            }
            one.memory.evict(some.map((name) => one.memory.find(name)!));
          } else if (kind === 'commit') {
            const { gone, archived, returned } = one.memory.evictions!;
            for (const name of gone) {
              expect(one.memory.find(name)).toBeUndefined();
              expect(stored.rows.delete(name)).toBe(true);
            }
            for (const { series, birth, bytes } of one.memory.changed())
              stored.rows.set(series, { birth, bytes: bytes.slice() });
            for (const name of returned) stored.archive.delete(name);
            for (const { series, bytes } of archived) stored.archive.set(series, bytes);
            stored.slots = one.memory.partitionBytes().slice();
            one.memory.committed();
            committed = copyOf(model);
          } else if (kind === 'rollback') {
            one.memory.rollback();
            model = copyOf(committed);
          } else {
            one.memory.release();
            one = evicting(isKept);
            const into = one.memory.restoring();
            for (const [series, { birth, bytes }] of [...stored.rows].toReversed())
              into.row(birth, series, bytes);
            for (const [series, bytes] of stored.archive) into.archived(series, bytes);
            into.partition(stored.slots);
            one.memory.restored();
            model = copyOf(committed);
          }
          const expected = Array.from(
            model.alive,
            ([name, { birth, value: x }]) => [name, birth, x] as const,
          );
          expect(one.numbers()).toEqual(expected.toSorted((a, b) => a[1] - b[1]));
          expect(one.memory.length).toBe(model.alive.size);
          expect(one.archive()).toEqual([...model.archive].toSorted(([a], [b]) => (a < b ? -1 : 1)));
          for (let i = 0; i < 8; i++)
            expect(one.memory.find(`s${i}`) !== undefined).toBe(model.alive.has(`s${i}`));
        }
        one.memory.release();
      }),
      { numRuns: 300 },
    );
  },
);

test('what leaves makes room: many times as many series as there is room for, in as much memory as that takes', () => {
  const arena = new Arena();
  const memory = new Memory({ arena, maxStateBytes: 16 + 4 * 64 });
  memory.mayEvict({ isKept: false });
  memory.series('wide', 'f64', 8);
  for (let i = 0; i < 4; i++) expect(memory.row(`first${i}`)).toBeGreaterThanOrEqual(0);
  expect(memory.row('beyond')).toBe(-1);
  const rows = new Set<number>();
  for (let i = 0; i < 400; i++) {
    memory.evict([memory.rows[i % 4]!]);
    const row = memory.row(`s${i}`);
    rows.add(row);
    if (i % 7 === 0) memory.committed();
  }
  expect(memory.length).toBe(4);
  expect(memory.birth(memory.rows[3]!)).toBe(403);
  // of what has left since a commit the places are kept for a rollback
  expect(rows.size).toBeLessThanOrEqual(8);
});

test('a series that comes back from the archive holds what it held, and a new one holds zeros in the very same place', () => {
  const { memory, put, numbers } = evicting(true);
  put('a', 7);
  memory.committed();
  memory.evict([memory.find('a')!]);
  memory.committed();
  put('b', 1);
  memory.evict([memory.find('b')!]);
  memory.row('c');
  memory.row('a');
  expect(numbers()).toEqual([
    ['c', 2, 0],
    ['a', 3, 7],
  ]);
});

test('without an end to series a missing row is found, and so are two of one birth', () => {
  const { memory } = counter();
  const into = memory.restoring();
  into.row(1, 'b', new Uint8Array(16));
  expect(() => memory.restored()).toThrow(expect.objectContaining({ code: 'STATE_CORRUPT' }));
  const other = evicting(false).memory;
  const twice = other.restoring();
  for (const series of ['a', 'b']) twice.row(5, series, new Uint8Array(16));
  expect(() => other.restored()).toThrow('two of 5');
});
