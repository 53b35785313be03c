import type { Bin } from '../course.ts';
import type { Curves } from '../curves.ts';
import type { EvaluationDocument } from '../document.ts';
import { chart, type Line } from './chart.ts';
import { endsOf, stepsAhead } from './ends.ts';

/** Charts of error and coverage over time, of the nearest and the farthest horizon. */
export function chartsOverTime({ scores, protocol }: EvaluationDocument, curves: Curves): string[] {
  const per = (bins: readonly Bin[], sum: (bin: Bin) => number, n: (bin: Bin) => number): Line['y'] =>
    bins.map((bin) => (n(bin) > 0 ? sum(bin) / n(bin) : null));
  const drawn = endsOf(scores).map(({ horizon }) => ({ horizon, bins: curves.course(horizon) }));
  const errors = drawn.map(({ horizon, bins }) =>
    chart({
      title: `Error, ${stepsAhead(horizon)}`,
      about: 'Mean absolute error of all series, each in its usual move from one reading to the next.',
      x: bins.map(({ time, width }) => time + width / 2),
      axis: 'time',
      lines: [
        {
          name: 'last value',
          look: 'last',
          y: per(
            bins,
            ({ last }) => last,
            ({ count: n }) => n,
          ),
        },
        {
          name: 'Foretide',
          look: 'ours',
          y: per(
            bins,
            ({ error }) => error,
            ({ count: n }) => n,
          ),
        },
      ],
      low: 0,
    }),
  );
  const held = drawn.map(({ horizon, bins }) =>
    chart({
      title: `What the bands held, ${stepsAhead(horizon)}`,
      about: 'Share of what came that lay within its band, over time.',
      x: bins.map(({ time, width }) => time + width / 2),
      axis: 'time',
      lines: [
        {
          name: 'within the band',
          look: 'ours',
          y: per(
            bins,
            ({ covered }) => covered * 100,
            ({ bands }) => bands,
          ),
        },
      ],
      goal: { name: 'aim', y: protocol.level * 100 },
      high: 100,
      unit: ' %',
    }),
  );
  return [...errors, ...held];
}
