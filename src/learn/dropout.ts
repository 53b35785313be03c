import { seededRandom } from '../model/random.ts';

const f = Math.fround;

/**
 * Factors of dropout for one sample: 0 with probability p, else 1 / (1 − p) (Srivastava et al. 2014, "inverted"). They depend on the
 * numbers given alone, not on which thread asks.
 *
 * @param to [T][H] of the sample: `width` numbers each from `at` on, `stride` apart
 */
export function dropout(
  p: number,
  seed: number,
  update: number,
  sample: number,
  layer: number,
  steps: number,
  width: number,
  to: Float32Array,
  at: number,
  stride: number,
): void {
  const random = seededRandom(mixed(mixed(mixed(seed, update), sample), layer));
  const kept = f(1 / (1 - p));
  for (let t = 0; t < steps; t++) {
    const row = at + t * stride;
    for (let j = 0; j < width; j++) to[row + j] = random() < p ? 0 : kept;
  }
}

/** Another 32 bits for each pair (the finaliser of MurmurHash3, A. Appleby, public domain). */
function mixed(a: number, b: number): number {
  let h = (Math.imul(a, 0x9e3779b1) + b) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
