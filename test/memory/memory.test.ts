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
