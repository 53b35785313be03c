import { describe, expect, test } from 'vitest';
import { type KnownColumns, knownFeatures, writeKnown } from '../../src/forecast/known-features.ts';

/** Two rows of three channels, of which the last two are known two steps ahead. */
function columns(known: readonly number[], spread = [9, 2, 4, 9, 2, 0]): KnownColumns {
  return {
    channels: 3,
    z: new Float32Array(6),
    mean: Float64Array.of(9, 10, 20, 9, 11, 21),
    spread: Float64Array.from(spread),
    known: { channels: 2, ahead: 2, value: Float64Array.from(known) },
  };
}

function features(frame: KnownColumns, i: number, horizons: readonly number[]): number[] {
  const out = new Float64Array(knownFeatures(2, horizons.length)).fill(7);
  writeKnown(frame, i, horizons, out);
  return [...out];
}

const KNOWN = [12, 16, 8, 20, 24, 16, 13, 13, 15, 22, 30, 40];

describe('of each channel that is known ahead: its level, and what comes less that', () => {
  // Seen to fail with another channel's mean and spread, and with the value of the step before.
  test('in the spreads of its own row and channel', () => {
    expect(features(columns(KNOWN), 0, [1, 2])).toEqual([1, 2, -2, 0, 1, -1]);
    expect(features(columns(KNOWN), 1, [1, 2]).slice(0, 3)).toEqual([1, 0, 1]);
  });

  test('0 without a spread, beyond what is kept, and where a value is not known', () => {
    expect(features(columns(KNOWN), 1, [2]).slice(2)).toEqual([0, 0]);
    expect(features(columns(KNOWN), 0, [2, 3])).toEqual([1, -2, 0, 0, -1, 0]);
    const holes = [NaN, 16, 8, 20, NaN, 16, ...KNOWN.slice(6)];
    expect(features(columns(holes), 0, [1, 2])).toEqual([0, 0, 0, 0, 0, -1]);
  });

  test('at most ten spreads', () => {
    expect(features(columns(KNOWN.map((value) => 1000 * value)), 0, [1, 2])).toEqual([
      10, 10, -10, 10, 10, -10,
    ]);
  });

  test('nothing where nothing is known ahead', () => {
    const { known: _, ...plain } = columns(KNOWN);
    expect(features(plain, 0, [1])).toEqual([7, 7, 7, 7]);
  });
});
