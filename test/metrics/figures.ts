import type { RunFigures } from '../../src/metrics/run-figures.ts';

/** Figures of a run in which everything has happened. */
export function figuresOf(more: Partial<RunFigures> = {}): RunFigures {
  return {
    pipeline: 'anomaly-alerts',
    model: { name: 'lstm32', fingerprint: '0123456789abcdef'.repeat(4) },
    isReady: true,
    readings: 1200,
    progress: null,
    points: { forecast: 14_400, reading: 1200 },
    deadLetters: { late: 3, malformed: 1 },
    events: { 'drift-up': 2 },
    alertTurns: { 'firing/critical': 2, 'resolved/critical': 1 },
    alerts: { 'firing/critical': 1 },
    failedCommits: 1,
    partitions: [
      {
        partition: 0,
        series: 7,
        stateBytes: 114_688,
        offset: 1204,
        lag: 12,
        committedAt: 1_767_225_600_500,
        uncommitted: 0.25,
        watermark: 1_767_225_600_000,
      },
      {
        partition: 4,
        series: 0,
        stateBytes: 512,
        offset: null,
        lag: undefined,
        committedAt: undefined,
        uncommitted: 0,
        watermark: 0,
      },
    ],
    maxStateBytes: 1_073_741_824,
    scores: [{ h: '01', againstLast: 0.8, againstSeason: null, coverage: 0.9, liveCoverage: 0.91 }],
    level: 0.9,
    sink: { retries: 5, awaySeconds: 1.5 },
    routes: [
      { route: 'mail', told: 2, refused: 1, retries: 4, awaySeconds: 0, pending: 1 },
      { route: 'am', told: 3, refused: 0, retries: 0, awaySeconds: 9, pending: undefined },
    ],
    ...more,
  };
}

/** What a text of metrics says: values by `name{labels}`, in order. */
export function samples(text: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}
