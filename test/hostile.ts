import { expect } from 'vitest';
import { seededRandom } from '../src/model/random.ts';

/** What is hard on sums: zeros of both signs, denormals, the largest and the smallest. */
const EDGES = [0, -0, 1e-45, -1e-40, 1.2e-38, 3e38, -3.4e38, 1e19, -1, 1];
const NO_NUMBERS = [NaN, Infinity, -Infinity];

/**
 * Numbers to try arithmetic on.
 *
 * @param kind 0: within ±1; 1: of any size; 2: few but zeros; 3: edges among them; 4: nothing but edges; 5: some are no numbers
 */
export function numbers(length: number, seed: number, kind: number): Float64Array {
  const random = seededRandom(seed);
  const oneOf = (list: readonly number[]): number => list[Math.floor(random() * list.length)]!;
  const small = (): number => random() * 2 - 1;
  return Float64Array.from({ length }, () => {
    if (kind === 1) return small() * 10 ** Math.floor(random() * 60 - 30);
    if (kind === 2) return random() < 0.9 ? 0 : small();
    if (kind === 3) return random() < 0.1 ? oneOf(EDGES) : small();
    if (kind === 4) return oneOf(EDGES);
    if (kind === 5) return random() < 0.02 ? oneOf(NO_NUMBERS) : small();
    return small();
  });
}

/** Both hold the same bits; a NaN may have any. */
export function sameNumbers<T extends Float32Array | Float64Array>(got: T, expected: T): void {
  expect(bitsOf(got)).toEqual(bitsOf(expected));
}

function bitsOf(array: Float32Array | Float64Array): Uint32Array {
  const { buffer } = array.map((x) => (Number.isNaN(x) ? NaN : x));
  return new Uint32Array(buffer);
}
