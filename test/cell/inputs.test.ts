import { describe, expect, test } from 'vitest';
import {
  type InputColumns,
  type InputKind,
  inputWidth,
  stepsOf,
  writeInputs,
} from '../../src/cell/inputs.ts';
import { log32 } from '../../src/maths/float32.ts';
import { cosTurns, sinTurns } from '../../src/maths/turns.ts';

const HOUR = 3_600_000;
const f = Math.fround;

/** Columns of one channel and one row at this hour, an hour after the row before, but for what is given. */
function columns(hour: number, given: Partial<InputColumns> = {}): InputColumns {
  return {
    channels: 1,
    value: Float64Array.of(7),
    z: Float32Array.of(0.5),
    time: Float64Array.of(hour * HOUR),
    gap: Float64Array.of(1),
    step: Float64Array.of(HOUR),
    restart: Uint8Array.of(0),
    gaps: { policy: 'hold', decay: 0.9 },
    ...given,
  };
}

function written(kind: InputKind, frame: InputColumns, i = 0): number[] {
  const count = stepsOf(frame, i) * inputWidth(kind, frame.channels);
  const out = new Float32Array(count + 4).fill(9);
  writeInputs(out, 2, kind, frame, i);
  const around = [...out.subarray(0, 2), ...out.subarray(count + 2)];
  expect(around).toEqual([9, 9, 9, 9]);
  return [...out.subarray(2, count + 2)].map((x) => x + 0);
}

const clock = (hour: number): number[] => [f(sinTurns(hour / 24)), f(cosTurns(hour / 24))];
const delta = (steps: number): number => f(log32(1 + steps) / log32(25));

describe('plain', () => {
  test('z of each channel of the row, then sin and cos of the time of day, and nothing beyond', () => {
    const frame = columns(0, {
      channels: 2,
      value: Float64Array.of(1, 2, 3, 4),
      z: Float32Array.of(1, 2, 3, 4),
      time: Float64Array.of(0, 30 * HOUR),
      gap: Float64Array.of(1, 1),
      step: Float64Array.of(HOUR, HOUR),
      restart: Uint8Array.of(0, 0),
    });
    expect(written('plain', frame, 1)).toEqual([3, 4, 1, 0]);
  });

  test('the time of day is a circle: 18 o’clock lies opposite 6 o’clock, midnight is midnight again', () => {
    const at = (hour: number): number[] => written('plain', columns(hour)).slice(1);
    expect(at(18)).toEqual([-1, 0]);
    expect(at(0)).toEqual([0, 1]);
    expect(at(48)).toEqual(at(0));
  });
});

describe('gaps', () => {
  test('z of each channel, a mask of each, Δt, sin and cos', () => {
    const [value, z] = [Float64Array.of(10, 20), Float32Array.of(1, 2)];
    const frame = columns(6, { channels: 2, value, z, gap: Float64Array.of(3) });
    expect(inputWidth('gaps', 2)).toBe(7);
    expect(written('gaps', frame)).toEqual([1, 2, 1, 1, delta(3), 1, 0]);
  });

  // Seen to fail when the mask is that of the row, and when it is that of the first row.
  test('the mask of a channel that was not observed is 0; plain inputs have its z alone', () => {
    const frame = columns(6, {
      channels: 2,
      value: Float64Array.of(10, 20, NaN, 20),
      z: Float32Array.of(1, 2, 0, 3),
      time: Float64Array.of(0, 6 * HOUR),
      gap: Float64Array.of(1, 1),
      step: Float64Array.of(HOUR, HOUR),
      restart: Uint8Array.of(0, 0),
    });
    expect(written('gaps', frame, 1)).toEqual([0, 3, 0, 1, delta(1), 1, 0]);
    expect(written('plain', frame, 1)).toEqual([0, 3, 1, 0]);
  });

  test('Δt is 0 where the series begins anew, and 1 after 24 steps', () => {
    const at = (gap: number, restart = 0): number =>
      written('gaps', columns(0, { gap: Float64Array.of(gap), restart: Uint8Array.of(restart) }))[2]!;
    expect([at(0, 1), at(90, 1), at(24)]).toEqual([0, 0, 1]);
    expect(at(1)).toBeCloseTo(Math.log(2) / Math.log(25), 6);
    expect(at(100)).toBeGreaterThan(at(99));
  });
});

describe('steps that are missing', () => {
  const masked = { gap: Float64Array.of(4), gaps: { policy: 'mask', decay: 0.9 } } as const;

  test('come before the reading: the mean, each at its own time of day', () => {
    const frame = columns(10, masked);
    expect(stepsOf(frame, 0)).toBe(4);
    expect(written('plain', frame)).toEqual(
      [7, 8, 9].flatMap((hour) => [0, ...clock(hour)]).concat([0.5, ...clock(10)]),
    );
  });

  test('say that nothing was observed, and for how long', () => {
    expect(written('gaps', columns(10, masked))).toEqual(
      [
        [0, 0, delta(1), ...clock(7)],
        [0, 0, delta(2), ...clock(8)],
        [0, 0, delta(3), ...clock(9)],
        [0.5, 1, delta(4), ...clock(10)],
      ].flat(),
    );
  });

  test.each(['hold', 'decay', 'reset'] as const)('%s: are none', (policy) => {
    const frame = columns(10, { gap: Float64Array.of(4), gaps: { policy, decay: 0.9 } });
    expect(written('plain', frame)).toEqual([0.5, ...clock(10)]);
  });
});
