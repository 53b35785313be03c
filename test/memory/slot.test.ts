import { expect, test } from 'vitest';
import { SlotTable } from '../../src/memory/slot.ts';

test('slots of a row do not overlap and stand at multiples of their size', () => {
  const table = new SlotTable('series');
  const a = table.declare('a', 'f32', 3);
  const b = table.declare('b', 'f64', 2);
  const c = table.declare('c', 'i32', 1);
  const bytes = table.seal((row) => row * 64);
  expect(bytes).toBe(36);
  expect([a.at(0), b.at(0), c.at(0)]).toEqual([0, 2, 8]);
  expect([a.at(1), b.at(1), c.at(1)]).toEqual([16, 10, 24]);
  expect(table.describe()).toBe('series{a:f32[3]@0,b:f64[2]@16,c:i32[1]@32}');
});

test('asking again with the same shape gives the same slot, with another is an error', () => {
  const table = new SlotTable('series');
  const slot = table.declare('h', 'f32', 4);
  expect(table.declare('h', 'f32', 4)).toBe(slot);
  expect(() => table.declare('h', 'f32', 5)).toThrow(
    expect.objectContaining({ code: 'SLOT_CONFLICT', message: expect.stringContaining('f32[4]') }),
  );
});

test('a slot cannot be declared once rows exist', () => {
  const table = new SlotTable('partition');
  table.seal(() => 0);
  expect(() => table.declare('late', 'f32', 1)).toThrow(expect.objectContaining({ code: 'MEMORY_SEALED' }));
});

test('slots that stand apart come after all others, and images of the others after them', () => {
  const table = new SlotTable('series');
  table.declare('a', 'f32', 3);
  const apart = table.declare('late', 'u16', 3, true);
  const b = table.declare('b', 'f64', 1);
  table.keepImages(2);
  const bytes = table.seal((row) => row * 128);
  expect(table.parts).toEqual({ own: 24, apart: 8, images: 48 });
  expect(bytes).toBe(80);
  expect([apart.at(0), b.at(0)]).toEqual([12, 2]);
  expect(table.describe()).toBe('series{a:f32[3]@0,b:f64[1]@16,late:u16[3]@24,image:f64[6]@32}');
});

test('without images there is none, and nothing else stands between the others and what stands apart', () => {
  const table = new SlotTable('series');
  table.declare('late', 'f64', 1, true);
  table.declare('a', 'f32', 1);
  expect(table.seal(() => 0)).toBe(16);
  expect(table.describe()).toBe('series{a:f32[1]@0,late:f64[1]@8}');
});
