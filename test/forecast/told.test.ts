import { describe, expect, test } from 'vitest';
import { inUnits, tell } from '../../src/forecast/told.ts';
import { fromBfloat16, toBfloat16 } from '../../src/maths/bfloat16.ts';

/** What is told of y = 10, a unit of 2 and a movement of 3, by two bands of which the second one is the main one. */
function told(
  count: number,
  reach: readonly number[],
  [y, unit, move]: readonly [y: number, unit: number, move: number] = [10, 2, 3],
) {
  const out = { los: new Float64Array(2), his: new Float64Array(2), reaches: new Uint16Array(2) };
  const sizes = Float64Array.of(count, 1, 4); // σ = max(1, 0.3 × 4)
  const yhat = tell(sizes, 0, Float32Array.from(reach), 0, 1, y, unit, move, out);
  return { yhat, los: [...out.los], his: [...out.his], reaches: [...out.reaches].map(fromBfloat16) };
}

describe('tell', () => {
  test('gives the forecast, and bands as they are kept: as bfloat16, in units', () => {
    const kept = (reach: number): number => fromBfloat16(toBfloat16((reach * 1.2) / 2));
    const { yhat, los, his, reaches } = told(100, [1, 2, 3, 4]);
    expect(yhat).toBe(16);
    expect(his).toEqual([16 + 2 * kept(1), 16 + 2 * kept(3)]);
    expect(los).toEqual([16 - 2 * kept(2), 16 - 2 * kept(4)]);
    expect(reaches).toEqual([kept(3), kept(4)]);
  });

  test('bands never cross: a level reaches at least as far as the one inside it', () => {
    const { los, his } = told(100, [3, 1, 2, 2]);
    expect(his[1]).toBe(his[0]);
    expect(los[1]!).toBeLessThan(los[0]!);
  });

  test('there are none before the eighth error', () => {
    expect(told(7, [1, 2, 3, 4])).toEqual({
      yhat: 16,
      los: [NaN, NaN],
      his: [NaN, NaN],
      reaches: [NaN, NaN],
    });
  });

  test('forecasts and bands are numbers', () => {
    const { yhat, los, his } = told(100, [1, 1, 1, 1], [1e308, 1e300, 1e30]);
    expect([yhat, ...los, ...his].every((x) => Number.isFinite(x))).toBe(true);
  });
});

test('inUnits: a series that has never moved has a band of no width, or none', () => {
  expect(fromBfloat16(inUnits(3, 2))).toBe(1.5);
  expect([inUnits(0, 0), fromBfloat16(inUnits(NaN, 0))]).toEqual([0, NaN]);
});
