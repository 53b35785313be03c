import { median } from './median.ts';

/**
 * Median over rounds of the microseconds that one run takes, after a warm-up as long as a round.
 *
 * @param run does the work `times` times
 */
export function microseconds(times: number, run: (times: number) => void, rounds = 9): number {
  run(times);
  const laps: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    run(times);
    laps.push(((performance.now() - began) * 1000) / times);
  }
  return median(laps);
}
