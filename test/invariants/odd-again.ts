/** Readings between two stretches that are odd, how long these are, and the first of them. */
const PERIOD = 60;
const ODD = 14;
const FIRST = 120;
export const MINUTE = 60_000;
export const START = Date.UTC(2026, 0, 1);

/**
 * Readings of two series as JSON, a minute apart, `a` and `b` in turn: each is odd again and again, more than ever before and for a while; `b` half a
 * period later.
 */
export function oddAgain(rows: number): string[] {
  return Array.from({ length: rows }, (_, i) =>
    ['a', 'b'].map((sensor, s) => {
      const at = i - FIRST - (s * PERIOD) / 2;
      const isOdd = at >= 0 && at % PERIOD < ODD;
      const odd = isOdd ? 500 * 4 ** Math.floor(at / PERIOD) * (1 + (at % PERIOD)) : 0;
      const value = 10 * Math.sin(i / 8) + ((i * 7919) % 17) / 17 + odd;
      return JSON.stringify({ sensor, time: START + i * MINUTE, v: Number(value.toFixed(3)) });
    }),
  ).flat();
}

/** Settings of anomaly-alerts under which an alert of these is pending for six minutes, fires, and is over some ten after the last odd reading. */
export const ODD_AGAIN = [
  'model.hidden=2',
  'model.horizon=1',
  'forecast.store=[1]',
  'novelty.warmUp=100',
  'alerts={raise: 0.2, clear: 0.1, warmUp: 100, holdFor: 6m, clearFor: 10m}',
] as const;
