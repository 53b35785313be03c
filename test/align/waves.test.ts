import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AlignedRows } from '../../src/align/rows.ts';
import { waves } from '../../src/align/waves.ts';
import type { Frame } from '../../src/frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { frameOf } from '../frames.ts';

/** The waves of rows that these readings of a frame put out, in order: row j has the value 10 × from + j % 10. */
function wavesOf(frame: Frame, from: readonly number[], isInTurn = false) {
  const rows = new AlignedRows();
  from.forEach((i, j) => {
    rows.from.push(i);
    rows.time.push(frame.time[i]!);
    rows.value.push(10 * i + (j % 10));
    rows.index.push(j);
    rows.gap.push(1);
    rows.step.push(60_000);
    rows.restart.push(j % 2);
    rows.known.push(j, -j);
  });
  const gaps = { policy: 'hold', decay: 0.9 } as const;
  return [
    ...waves(frame, rows, {
      dead: frame.dead,
      gaps,
      isAggregate: false,
      isInTurn,
      known: { channels: 1, ahead: 1 },
    }),
  ];
}

test('cuts where a series comes again, keeps the order, and loses nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5), { maxLength: 40 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      (series, used) => {
        const memory = new Memory();
        const frame = frameOf(
          memory,
          series.map((s, i) => [`s${s}`, i, i] as const),
        );
        // every third reading puts out two rows
        const from = series.flatMap((_, i) => (used[i] === false ? [] : i % 3 === 0 ? [i, i] : [i]));
        const out = wavesOf(frame, from);
        expect(out.length).toBeGreaterThan(0);
        const all = <T>(column: (wave: (typeof out)[number]) => Iterable<T>): T[] =>
          out.flatMap((wave) => [...column(wave)]);
        expect(all((wave) => wave.value)).toEqual(from.map((i, j) => 10 * i + (j % 10)));
        expect(all((wave) => wave.name)).toEqual(from.map((i) => `s${series[i]}`));
        expect(all((wave) => wave.series)).toEqual(from.map((i) => frame.series[i]));
        expect(all((wave) => wave.offset)).toEqual(from);
        expect(all((wave) => wave.index)).toEqual(from.map((_, j) => j));
        expect(all((wave) => wave.restart)).toEqual(from.map((_, j) => j % 2));
        expect(all((wave) => wave.known!.value)).toEqual(from.flatMap((_, j) => [j, -j]));
        for (const wave of out) expect(new Set(wave.series).size).toBe(wave.length);
        expect(out.reduce((sum, wave) => sum + wave.records, 0)).toBe(frame.records);
      },
    ),
  );
});

test('of one row each where readings are to come in turn', () => {
  const memory = new Memory();
  const readings = 'abcab'.split('').map((name, i) => [name, i, i] as const);
  const out = wavesOf(frameOf(memory, readings), [0, 1, 3, 4], true);
  expect(out.map(({ name, records }) => [...name, records])).toEqual([
    ['a', 5],
    ['b', 0],
    ['a', 0],
    ['b', 0],
  ]);
});

test('waves are as long as they can be', () => {
  const memory = new Memory();
  const frame = frameOf(
    memory,
    'abcabca'.split('').map((name, i) => [name, i, i] as const),
  );
  expect(wavesOf(frame, [0, 1, 2, 3, 4, 5, 6]).map((wave) => wave.length)).toEqual([3, 3, 1]);
  expect(wavesOf(frame, [0, 1, 1, 1, 2]).map((wave) => wave.name.join(''))).toEqual(['ab', 'b', 'bc']);
});

test('the first wave carries the dead letters, also of a frame without a usable row', () => {
  const memory = new Memory();
  const letter = { offset: 0, reason: 'late' as const, detail: '', series: 'a', bytes: null };
  const frame = {
    ...frameOf(memory, [
      ['a', 1, 1],
      ['a', 2, 2],
    ]),
    dead: [letter],
  };
  expect(wavesOf(frame, []).map((wave) => [wave.length, wave.records, wave.dead])).toEqual([
    [0, 2, [letter]],
  ]);
  expect(wavesOf(frame, [0, 1]).map((wave) => wave.dead.length)).toEqual([1, 0]);
});
