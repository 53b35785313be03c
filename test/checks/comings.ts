import { seededRandom } from '../../src/model/random.ts';

export const HOUR = 3_600_000;
export const START = Date.UTC(2026, 0, 1);

/** Texts of records: series that come and go for some days each, now and then late, repeated or unreadable. */
export function comings(seed: number, length: number): string[] {
  const random = seededRandom(seed);
  const pick = (n: number): number => Math.floor(random() * n);
  let hour = 0;
  return Array.from({ length }, () => {
    const fate = random();
    // who comes just now: of nine series two or three, others after a while
    const s = (Math.floor(hour / 60) + pick(3)) % 9;
    if (fate < 0.7) hour += 1;
    if (fate > 0.995) hour += 30;
    if (fate > 0.97) return '{';
    const back = fate > 0.94 ? pick(90) : 0;
    return JSON.stringify({
      s: `s${s}`,
      t: START + (hour - back) * HOUR,
      v: s * 10 + pick(7) + (hour % 24) / 4,
    });
  });
}
