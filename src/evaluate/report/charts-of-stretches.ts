import type { Curves, Stretch } from '../curves.ts';
import type { Scores, SeriesMetrics } from '../document.ts';
import { chart } from './chart.ts';
import { endsOf, stepsAhead } from './ends.ts';

/** Charts of forecast, band and what came: the last stretch of the best and of the worst series. */
export function chartsOfStretches(scores: Scores, curves: Curves): string[] {
  const drawn = scores.bySeries.filter((each) =>
    scores.byHorizon.some(({ horizon }) => curves.stretch(each, horizon).length > 0),
  );
  const [worst, ...others] = drawn;
  const best = others.at(-1);
  const chosen = [
    ...(best ? [{ each: best, rank: 'the best series' }] : []),
    ...(worst ? [{ each: worst, rank: best ? 'the worst series' : 'the series' }] : []),
  ];
  return chosen.flatMap(({ each, rank }) =>
    endsOf(scores).map(({ horizon }) =>
      stretchChart(`${nameOf(each)}, ${stepsAhead(horizon)}`, rank, curves.stretch(each, horizon)),
    ),
  );
}

function stretchChart(title: string, rank: string, stretch: Stretch): string {
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return chart({
    title,
    about: `The last ${stretch.length} targets of ${rank}, and what had been forecast of them.`,
    x: stretch.map(({ time }) => time),
    axis: 'time',
    lines: [
      { name: 'forecast', look: 'ours', y: stretch.map(({ yhat }) => yhat) },
      { name: 'what came', look: 'actual', y: stretch.map(({ y }) => y) },
    ],
    band: {
      name: '90 % band',
      lo: stretch.map(({ lo }) => known(lo)),
      hi: stretch.map(({ hi }) => known(hi)),
    },
    wide: true,
  });
}

function nameOf({ series, channel }: SeriesMetrics): string {
  return channel === '' ? series : `${series}.${channel}`;
}
