import { expect, test } from 'vitest';
import { cosTurns, sinTurns } from '../../src/maths/turns.ts';

test('sin and cos of turns: absolute error below 2e-15, against the reduction of fdlibm to an eighth', () => {
  let most = 0;
  for (let i = -20_000; i <= 20_000; i++) {
    const turns = i / 10_000;
    // 2π times a turn is not exact, so the reference is taken at the nearest quarter, where the remainder is
    const quarter = Math.round(turns * 4);
    const rest = 2 * Math.PI * (turns - quarter / 4);
    const [sin, cos] = [Math.sin(rest), Math.cos(rest)];
    const turned = [
      [sin, cos],
      [cos, -sin],
      [-sin, -cos],
      [-cos, sin],
    ][quarter & 3]!;
    most = Math.max(most, Math.abs(sinTurns(turns) - turned[0]!), Math.abs(cosTurns(turns) - turned[1]!));
  }
  expect(most).toBeLessThan(2e-15);
});

test('quarters are exact', () => {
  expect([0, 0.25, 0.5, 0.75, 1, -0.25].map((t) => sinTurns(t) + 0)).toEqual([0, 1, 0, -1, 0, -1]);
  expect([0, 0.25, 0.5, 0.75].map((t) => cosTurns(t) + 0)).toEqual([1, 0, -1, 0]);
});

test('a day of 2026 is far from zero and still as precise', () => {
  const turns = 1_795_000_000_000 / 86_400_000;
  expect(Math.abs(sinTurns(turns) ** 2 + cosTurns(turns) ** 2 - 1)).toBeLessThan(1e-15);
});
