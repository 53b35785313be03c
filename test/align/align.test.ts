import { describe, expect, test } from 'vitest';
import { accountSlot, readAccount } from '../../src/account.ts';
import { align, AlignSettings } from '../../src/align/align.ts';
import { Memory } from '../../src/memory/memory.ts';
import { frameOf, through } from '../frames.ts';

const MINUTE = 60_000;

function aligner(settings: object = {}) {
  const memory = new Memory();
  const stage = align(memory, AlignSettings.parse(settings));
  const push = (...readings: (readonly [string, number])[]) =>
    through(
      stage,
      frameOf(
        memory,
        readings.map(([series, time]) => [series, time, 1] as const),
      ),
    );
  return { memory, push, account: () => readAccount(memory, accountSlot(memory)) };
}

describe('align', () => {
  test('late readings and duplicates become dead letters, are counted, and change nothing else', () => {
    const { push, account } = aligner({ every: '1m' });
    push(['a', MINUTE], ['b', MINUTE]);
    const [wave] = push(['a', MINUTE], ['b', 3 * MINUTE], ['b', 2 * MINUTE]);
    expect(wave!.length).toBe(1);
    expect(wave!.name).toEqual(['b']);
    expect(wave!.dead.map(({ reason, series, offset }) => [reason, series, offset])).toEqual([
      ['duplicate', 'a', 0],
      ['late', 'b', 2],
    ]);
    expect(account()).toMatchObject({ used: 3, duplicate: 1, late: 1 });
  });

  test('counts steps: a gap of g steps raises the index by g, jitter does not', () => {
    const { push } = aligner({ every: '1m' });
    const times = [0, 1.1, 1.9, 3, 8, 9].map((minutes) => 1e9 + minutes * MINUTE);
    const waves = times.flatMap((time) => push(['a', time]));
    expect(waves.map((wave) => wave.index[0])).toEqual([1, 2, 3, 4, 9, 10]);
    expect(waves.map((wave) => wave.gap[0])).toEqual([0, 1, 1, 1, 5, 1]);
    expect(waves.map((wave) => wave.restart[0])).toEqual([1, 0, 0, 0, 0, 0]);
  });

  test('a gap above the limit begins the series anew', () => {
    const { push } = aligner({ every: '1m', gapLimit: 5 });
    const waves = [0, 1, 6, 12].flatMap((minutes) => push(['a', 1e9 + minutes * MINUTE]));
    expect(waves.map((wave) => wave.restart[0])).toEqual([1, 0, 0, 1]);
  });

  test('auto: the step is the median of the last steps, and follows a change of rate', () => {
    const { push } = aligner();
    let time = 1e9;
    const steps: number[] = [];
    const go = (delta: number): void => {
      time += delta;
      for (const wave of push(['a', time])) steps.push(wave.step[0]!);
    };
    for (const delta of [0, 60_000, 60_000, 60_000, 61_000, 59_000, 300_000]) go(delta);
    expect(steps).toEqual([0, 0, 0, 60_000, 60_000, 60_000, 60_000]);
    for (let i = 0; i < 20; i++) go(1000);
    expect(steps.at(-1)).toBe(1000);
  });

  test('a reading at time 0 is a reading', () => {
    const { push } = aligner({ every: '1m' });
    const waves = [...push(['a', 0]), ...push(['a', 0]), ...push(['a', MINUTE])];
    expect(waves.map((wave) => wave.length)).toEqual([1, 0, 1]);
    expect(waves[2]!.index[0]).toBe(2);
  });

  test('negative times (before 1970) are times like any other', () => {
    const { push } = aligner({ every: '1m' });
    const waves = [-3, -2, -1, 0, 1].flatMap((minutes) => push(['a', minutes * MINUTE]));
    expect(waves.map((wave) => wave.index[0])).toEqual([1, 2, 3, 4, 5]);
  });
});
