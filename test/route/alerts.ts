import type { ToldAlert } from '../../src/route/told-alert.ts';

/** An alert that fires, but for what is said otherwise. */
export function told(more: Partial<ToldAlert> = {}): ToldAlert {
  const series = more.series ?? 'berlin.press-2';
  const since = more.since ?? Date.UTC(2026, 0, 2, 3, 4);
  return {
    id: `${series}@${since}`,
    series,
    state: 'firing',
    time: since,
    since,
    severity: 'warning',
    reason: 'surprise',
    channel: '',
    isMuted: false,
    labels: { site: 'berlin' },
    score: 0.52,
    peak: 0.52,
    value: 61.234567,
    expected: 88.4,
    lo: 80,
    hi: 95.7,
    surprise: 0.52,
    jump: 0.1,
    flatline: 0,
    novelty: null,
    nearest: null,
    nearestTime: null,
    ...more,
  };
}

/** The same alert, over ten minutes later. */
export function over(alert: ToldAlert, more: Partial<ToldAlert> = {}): ToldAlert {
  return { ...alert, state: 'resolved', time: alert.since + 600_000, ...more };
}
