import type { EvaluationDocument } from '../document.ts';
import { percent } from '../figures.ts';
import { geometricMean } from '../metrics.ts';
import { chart, type Line } from './chart.ts';

/** Charts of what depends on how far ahead is forecast: error, coverage, width. */
export function chartsByHorizon({ scores, protocol }: EvaluationDocument): string[] {
  const { byHorizon: all, bySeries } = scores;
  const x = all.map(({ horizon }) => horizon);
  const ours = all.map(({ baselines }) => baselines.last.ratio);
  /** A baseline's error beside that of the last value, from ours beside both. */
  const beside = (name: 'seasonal' | 'mean'): Line['y'] =>
    all.map(({ baselines }, i) => {
      const own = ours[i] ?? null;
      const ratio = baselines[name].ratio;
      return own === null || ratio === null || ratio === 0 ? null : own / ratio;
    });
  const widths = x.map((_, i) =>
    geometricMean(
      bySeries.map(({ byHorizon: horizons }) => {
        const { width, baselines } = horizons[i]!;
        return width !== null && baselines.last.mae ? width / baselines.last.mae : null;
      }),
    ),
  );
  const highest = Math.max(1, ...ours.map((ratio) => ratio ?? 0));
  const season = beside('seasonal');
  return [
    chart({
      title: 'Error beside naive forecasts',
      about: 'Mean absolute error; 1 is that of the last value. Lower is better.',
      x,
      axis: 'steps',
      lines: [
        { name: 'Foretide', look: 'ours', y: ours },
        { name: 'last value', look: 'last', y: x.map(() => 1) },
        ...(season.some((ratio) => ratio !== null)
          ? [{ name: 'one season before', look: 'season' as const, y: season }]
          : []),
        { name: 'mean so far', look: 'mean', y: beside('mean') },
      ],
      low: 0,
      high: highest * 2,
    }),
    chart({
      title: 'What the bands held',
      about: `Share of what came that lay within its band; the aim is ${percent(protocol.level)}.`,
      x,
      axis: 'steps',
      lines: [
        {
          name: 'within the band',
          look: 'ours',
          y: all.map(({ coverage }) => (coverage === null ? null : coverage * 100)),
        },
      ],
      goal: { name: 'aim', y: protocol.level * 100 },
      low: Math.min(70, ...all.map(({ coverage }) => Math.floor((coverage ?? 1) * 100) - 2)),
      high: 100,
      unit: ' %',
    }),
    chart({
      title: 'Error in usual moves',
      about: 'MASE: mean absolute error over the usual move within one season, mean over the series.',
      x,
      axis: 'steps',
      lines: [{ name: 'Foretide', look: 'ours', y: all.map(({ mase }) => mase) }],
      low: 0,
    }),
    chart({
      title: 'How wide the bands are',
      about:
        'In errors of the last value, so many steps ahead. Narrower is better where the bands hold what they say.',
      x,
      axis: 'steps',
      lines: [{ name: 'width', look: 'ours', y: widths }],
      low: 0,
    }),
  ];
}
