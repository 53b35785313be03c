import fc from 'fast-check';
import { expect, test } from 'vitest';
import { waves } from '../../src/align/waves.ts';
import { Memory } from '../../src/memory/memory.ts';
import { alignedFrame } from '../frames.ts';

test('cuts where a series comes again, keeps the order, and loses nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5), { maxLength: 40 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      (series, used) => {
        const memory = new Memory();
        const frame = alignedFrame(
          memory,
          series.map((s, i) => [`s${s}`, i, i] as const),
          1,
        );
        const keep = series.map((_, i) => i).filter((i) => used[i] !== false);
        const out = [...waves(frame, keep)];
        expect(out.length).toBeGreaterThan(0);
        expect(out.flatMap((wave) => [...wave.value])).toEqual(keep);
        expect(out.flatMap((wave) => wave.name)).toEqual(keep.map((i) => `s${series[i]}`));
        for (const wave of out) expect(new Set(wave.series).size).toBe(wave.length);
        expect(out.reduce((sum, wave) => sum + wave.records, 0)).toBe(frame.records);
      },
    ),
  );
});

test('waves are as long as they can be', () => {
  const memory = new Memory();
  const frame = alignedFrame(
    memory,
    'abcabca'.split('').map((name, i) => [name, i, i] as const),
    1,
  );
  expect([...waves(frame, [0, 1, 2, 3, 4, 5, 6])].map((wave) => wave.length)).toEqual([3, 3, 1]);
});

test('the first wave carries the dead letters, also of a frame without a usable row', () => {
  const memory = new Memory();
  const letter = { offset: 0, reason: 'late' as const, detail: '', series: 'a', bytes: null };
  const frame = {
    ...alignedFrame(
      memory,
      [
        ['a', 1, 1],
        ['a', 2, 2],
      ],
      1,
    ),
    dead: [letter],
  };
  expect([...waves(frame, [])].map((wave) => [wave.length, wave.records, wave.dead])).toEqual([
    [0, 2, [letter]],
  ]);
  expect([...waves(frame, [0, 1])].map((wave) => wave.dead.length)).toEqual([1, 0]);
});
