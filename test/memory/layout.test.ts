import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Arena } from '../../src/memory/arena.ts';
import { readLayout, type RowLayout } from '../../src/memory/layout.ts';
import { Memory } from '../../src/memory/memory.ts';
import { declared, shapes } from './shapes.ts';

const numbersOf = (bytes: Uint8Array, { slots }: RowLayout): Record<string, number[]> => {
  const { buffer } = bytes.slice();
  const arrays = { u16: Uint16Array, i32: Int32Array, f32: Float32Array, f64: Float64Array } as const;
  return Object.fromEntries(
    slots.map(({ name, type, width, offset }) => [name, [...new arrays[type](buffer, offset, width)]]),
  );
};

test('what a layout tells is where the numbers lie, whatever the slots', () => {
  fc.assert(
    fc.property(shapes, shapes, (series, partition) => {
      const memory = new Memory({ arena: new Arena() });
      const [slots, whole] = [declared(memory, 'series', series), declared(memory, 'partition', partition)];
      memory.follow('calendar', 'v 1, of {today}');
      memory.row('a');
      const row = memory.row('b');
      memory.touch(row);
      memory.touchPartition();
      [...slots, ...whole].forEach((slot, i) => {
        const view = memory.view()[slot.type];
        for (let k = 0; k < slot.width; k++) view[slot.at(row) + k] = 1 + i + k;
      });
      const layout = readLayout(memory.layout());
      expect(layout.rules).toEqual(['calendar v 1, of {today}']);
      expect(layout.series.stride).toBe(memory.bytesPerSeries);
      expect(layout.partition.stride).toBe(memory.bytesPerPartition);
      const [, { bytes }] = [...memory.all()] as [unknown, { bytes: Uint8Array }];
      const told = { ...numbersOf(bytes, layout.series) };
      expect(told).toEqual(memory.numbers(row));
      whole.forEach((slot, i) => {
        const [first] = numbersOf(memory.partitionBytes(), layout.partition)[slot.name]!;
        expect(first).toBe(1 + slots.length + i);
      });
      memory.release();
    }),
    { numRuns: 200 },
  );
});

test.each([
  '',
  'series{}',
  'partition{}\nseries{}',
  'series{a:f64[1]@0,b}\npartition{}',
  'series{a:f16[1]@0}\npartition{}',
  'series{a:f64[x]@0}\npartition{}',
])('what is no layout is refused: %j', (text) => {
  expect(() => readLayout(text)).toThrow(expect.objectContaining({ code: 'STATE_CORRUPT' }));
});
