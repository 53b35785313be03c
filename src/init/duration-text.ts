const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** A duration as settings have it, in the largest unit of which it is a whole number: 300000 → `5m`. Below a millisecond it is rounded. */
export function durationText(ms: number): string {
  const whole = Math.round(ms);
  const [unit, size] = UNITS.find(([, each]) => whole > 0 && whole % each === 0) ?? ['ms', 1];
  return `${whole / size}${unit}`;
}
