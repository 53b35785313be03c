/** Readings of a series, a minute apart, that are odd for three of a hundred from the 200th on: an alert each time, and its end. */
export function oddReadings(rows: number): readonly { readonly time: number; readonly value: number }[] {
  return Array.from({ length: rows }, (_, i) => {
    const isOdd = i >= 200 && i % 100 < 3;
    const noise = ((i * 7919) % 17) / 17;
    return {
      time: Date.UTC(2026, 0, 1) + i * 60_000,
      value: Number(((isOdd ? 500 : 0) + 10 * Math.sin(i / 8) + noise).toFixed(3)),
    };
  });
}

/** The same as CSV. */
export function oddCsv(rows: number): string {
  const lines = oddReadings(rows).map(({ time, value }) => `${new Date(time).toISOString()},${value}\n`);
  return `time,value\n${lines.join('')}`;
}

/** Settings of anomaly-alerts under which they are alerts soon. */
export const ODD_SETTINGS = [
  'model.hidden=2',
  'model.horizon=1',
  'forecast.store=[1]',
  'alerts.raise=0.4',
  'alerts.warmUp=100',
] as const;
