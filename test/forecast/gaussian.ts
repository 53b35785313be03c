import { seededRandom } from '../../src/model/random.ts';

/** Seeded noise, nearly normal, of mean 0 and deviation 1: twelve uniform numbers less 6. */
export function gaussian(seed: number): () => number {
  const random = seededRandom(seed);
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random();
    return sum;
  };
}
