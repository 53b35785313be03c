import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutputSums } from '../../src/digest/output-sums.ts';
import type { DeadLetter } from '../../src/frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import type { Points } from '../../src/sink/points.ts';
import { blocks, copyOf, point, SERIES } from './blocks.ts';

function sums(channels: readonly string[] = [''], series: readonly string[] = SERIES) {
  const memory = new Memory();
  const own = new OutputSums(memory, channels);
  for (const name of series) memory.row(name);
  memory.committed();
  own.begin(0, 0);
  return { memory, own };
}

/** The sum over some frames. */
function sumOf(...frames: readonly (readonly Points[])[]): string {
  const { memory, own } = sums();
  for (const frame of frames) own.add(frame);
  const { sum } = own.read(1)!;
  memory.release();
  return sum;
}

const isPoint = (block: Points, row: number): boolean =>
  Object.values(block.fields).some((column) => !Number.isNaN(column[row]!));

describe('the sum changes', () => {
  // Seen to fail when a column, the time or the series is left out of the bytes.
  test('with any bit of any number of an output', () => {
    fc.assert(
      fc.property(blocks, fc.nat(), fc.nat(), fc.nat(63), (frame, b, c, bit) => {
        const changed = copyOf(frame);
        const block = changed[b % changed.length]!;
        const columns = [block.time, ...Object.values(block.fields)];
        const column = columns[c % columns.length]!;
        const row = c % block.length;
        fc.pre(isPoint(block, row));
        const before = column[row]!;
        new Uint8Array(column.buffer)[row * 8 + (bit >> 3)]! ^= 1 << (bit & 7);
        // −0 and what a NaN carries beside is kept nowhere
        fc.pre(isPoint(block, row) && !(before === column[row] || Object.is(before, column[row])));
        expect(sumOf(changed)).not.toBe(sumOf(frame));
      }),
      { numRuns: 500 },
    );
  });

  test('with any text of an output', () => {
    fc.assert(
      fc.property(blocks, fc.nat(), fc.constantFrom('tag', 'label', 'name', 'series'), (frame, b, what) => {
        const changed = copyOf(frame);
        const at = b % changed.length;
        const block = changed[at]!;
        fc.pre(isPoint(block, 0));
        changed[at] = {
          ...block,
          ...(what === 'tag' && { tags: { ...block.tags, x: `${block.tags['x'] ?? ''}!` } }),
          ...(what === 'label' && { labels: { ...block.labels, x: `${block.labels?.['x'] ?? ''}!` } }),
          ...(what === 'series' && { series: [`${block.series[0]}!`, ...block.series.slice(1)] }),
          ...(what === 'name' && {
            fields: Object.fromEntries(Object.entries(block.fields).map(([name, of]) => [`${name}!`, of])),
          }),
        };
        expect(sumOf(changed)).not.toBe(sumOf(frame));
      }),
    );
  });

  // Seen to fail without the numbers.
  test('when two outputs of a series are swapped', () => {
    const [one, two] = [1, 2].map((value) => [
      point('reading', { fields: { value: Float64Array.of(value) } }),
    ]);
    expect(sumOf(two!, one!)).not.toBe(sumOf(one!, two!));
  });

  test('when an output comes twice, or not at all', () => {
    fc.assert(
      fc.property(blocks, blocks, (one, two) => {
        fc.pre([...one, ...two].every((block) => isPoint(block, 0)));
        const whole = sumOf(one, two);
        expect(sumOf(one, two, two)).not.toBe(whole);
        expect(sumOf(one)).not.toBe(whole);
        expect(sumOf(one, two.slice(1))).not.toBe(whole);
      }),
    );
  });
});

describe('the sum is the same', () => {
  test('whichever series came first', () => {
    const [a, b] = ['a', 'b.x'].map((name) => [point('reading', { series: [name] })]);
    expect(sumOf(a!, b!)).toBe(sumOf(b!, a!));
  });

  test('whether series come in one frame or in several', () => {
    fc.assert(
      fc.property(blocks, (frame) => {
        // an alert has a number of its own
        const own = frame.filter(({ measurement }) => measurement !== 'alert');
        const of = (name: string): Points[] =>
          own.flatMap((block) => {
            const row = block.series.indexOf(name);
            if (row < 0) return [];
            const fields = Object.entries(block.fields).map(
              ([field, column]) => [field, column.slice(row, row + 1)] as const,
            );
            const time = block.time.slice(row, row + 1);
            return [{ ...block, length: 1, series: [name], time, fields: Object.fromEntries(fields) }];
          });
        expect(sumOf(...SERIES.toReversed().map(of))).toBe(sumOf(own));
      }),
    );
  });

  test('with a row that is no point', () => {
    const nothing = point('reading', { fields: { value: Float64Array.of(NaN) } });
    const something = [point('reading')];
    expect(sumOf([nothing], something)).toBe(sumOf(something));
  });
});

// Seen to fail when a change of the series' slots, or of the partition's, is not announced.
test('a rollback takes it back, numbers and a series that is new too', () => {
  const { memory, own } = sums([''], ['a']);
  own.add([point('reading')]);
  memory.committed();
  const before = own.read(1);
  memory.row('b');
  own.add([point('reading', { series: ['b'] }), point('alert')]);
  own.add([point('reading')]);
  expect(own.read(1)).not.toEqual(before);
  memory.rollback();
  expect(own.read(1)).toEqual(before);
  own.add([point('reading'), point('alert')]);
  expect(own.read(1)!.sum).toBe(sumOf([point('reading')], [point('reading'), point('alert')]));
});

test('an alert is of a whole series, even where that is called as a channel of another would be', () => {
  const alerts = [point('alert', { series: ['a.x'] }), point('alert', { series: ['a.x'] })];
  const { own } = sums(['x'], ['a.x']);
  own.add(alerts);
  const expected = sums([''], ['a.x']).own;
  expected.add(alerts);
  expect(own.read(1)).toEqual(expected.read(1));
});

test('channels are numbered each on its own', () => {
  const { own } = sums(['x', 'y'], ['a', 'a.y']);
  const named = (name: string, value: number) =>
    point('reading', { series: [name], fields: { value: Float64Array.of(value) } });
  own.add([named('a.x', 1), named('a.y', 2)]);
  own.add([named('a.y', 3), point('alert')]);
  // the second of y, the first of x and the first alert
  const expected = sums(['x', 'y'], ['a']).own;
  expected.add([named('a.y', 2)]);
  expected.add([named('a.x', 1), named('a.y', 3)]);
  expected.add([point('alert')]);
  expect(own.read(1)).toEqual(expected.read(1));
});

test('a series that is not in Memory has outputs without a number', () => {
  const { own } = sums();
  own.add([point('event', { series: ['nobody'] })]);
  expect(own.read(9)).toMatchObject({ from: 0, to: 9, before: 0, outputs: 1, dead: 0 });
});

describe('dead letters', () => {
  const letter = (offset: number, detail = 'why'): DeadLetter => ({
    offset,
    reason: 'late',
    detail,
    series: 'a',
    bytes: Buffer.from('x'),
  });
  const deadOf = (...batches: DeadLetter[][]) => {
    const { own } = sums();
    for (const batch of batches) own.addDead(batch);
    return own.read(1)!;
  };

  test('have a sum of their own, in the order of their offsets', () => {
    const [one, two, three] = [letter(1), letter(1, 'other'), letter(4, 'third')];
    const whole = deadOf([three, one, two]);
    expect(whole).toMatchObject({ dead: 3, outputs: 0, sum: '0'.repeat(64) });
    expect(deadOf([one, two], [three])).toEqual(whole);
    expect(deadOf([two, one], [three]).deadSum).not.toBe(whole.deadSum);
    expect(deadOf([one, two]).deadSum).not.toBe(whole.deadSum);
    const bytes = Buffer.from('y');
    expect(deadOf([one, two, { ...three, bytes }]).deadSum).not.toBe(whole.deadSum);
    expect(deadOf([one, two, { ...three, bytes: null }]).deadSum).not.toBe(whole.deadSum);
  });
});
