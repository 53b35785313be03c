import type { Bin } from '../course.ts';
import { percent } from '../figures.ts';
import { chart, type Line } from '../report/chart.ts';
import { stepsAhead } from '../report/ends.ts';
import type { ComparisonDocument, SideMetrics } from './document.ts';
import type { Pairs } from './pairs.ts';

/** What the sides are drawn like, A first. */
const LOOKS: readonly Line['look'][] = ['ours', 'second', 'season', 'mean'];

/** Charts of what depends on how far ahead is forecast: error, coverage, width. */
export function chartsOfSides({ byHorizon, sides, data }: ComparisonDocument): string[] {
  const x = byHorizon.map(({ horizon }) => horizon);
  const lines = (of: (side: SideMetrics) => number | null): Line[] =>
    sides.map(({ name }, i) => ({ name, look: LOOKS[i]!, y: byHorizon.map((each) => of(each.sides[i]!)) }));
  const errors = lines(({ ratioToLast }) => ratioToLast);
  const held = lines(({ coverage }) => (coverage === null ? null : coverage * 100));
  const [, ...others] = lines(({ againstA }) => againstA?.ratio ?? null);
  const interval = byHorizon.map((each) => each.sides[1]!.againstA);
  const isKnown = sides.length === 2 && interval.some((ratio) => ratio?.low != null);
  return [
    chart({
      title: 'Error beside the last value',
      about: 'Mean absolute error over the same targets; 1 is that of the last value. Lower is better.',
      x,
      axis: 'steps',
      lines: [...errors, { name: 'last value', look: 'last', y: x.map(() => 1) }],
    }),
    chart({
      title: 'Error beside A',
      about: `Mean absolute error as a share of that of A; below 1 is better${isKnown ? ', and the area is the 95 % interval' : ''}.`,
      x,
      axis: 'steps',
      lines: others,
      ...(isKnown && {
        band: {
          name: '95 %',
          lo: interval.map((ratio) => ratio?.low ?? null),
          hi: interval.map((ratio) => ratio?.high ?? null),
        },
      }),
      goal: { name: 'as A', y: 1 },
    }),
    chart({
      title: 'What the bands held',
      about: `Share of what came that lay within the band; the aim is ${percent(data.level)}.`,
      x,
      axis: 'steps',
      lines: held,
      goal: { name: 'aim', y: data.level * 100 },
      low: Math.min(70, ...held.flatMap(({ y }) => y.map((value) => Math.floor(value ?? 100) - 2))),
      high: 100,
      unit: ' %',
    }),
    chart({
      title: 'How wide the bands are',
      about: `Mean width${data.series > 1 ? ' over all series, whose units it mixes' : ''}. Narrower is better where the bands hold what they say.`,
      x,
      axis: 'steps',
      lines: lines(({ width }) => width),
      low: 0,
    }),
  ];
}

/** Charts of error and coverage over time, of the nearest and the farthest horizon. */
export function chartsOfCourses({ byHorizon, sides, data }: ComparisonDocument, pairs: Pairs): string[] {
  const ends = [...new Set([byHorizon[0]?.horizon, byHorizon.at(-1)?.horizon])].filter(
    (horizon) => horizon !== undefined,
  );
  const drawn = ends.map((horizon) => ({
    horizon,
    bins: pairs.courses(horizon).map((course) => course.bins),
  }));
  const x = (bins: readonly Bin[]): number[] => bins.map(({ time, width }) => time + width / 2);
  const lines = (all: readonly (readonly Bin[])[], of: (bin: Bin) => number | null): Line[] =>
    all.map((bins, i) => ({ name: sides[i]!.name, look: LOOKS[i]!, y: bins.map(of) }));
  return [
    ...drawn.map(({ horizon, bins }) =>
      chart({
        title: `Error, ${stepsAhead(horizon)}`,
        about: 'Mean absolute error of all series, each in its usual move from one reading to the next.',
        x: x(bins[0]!),
        axis: 'time',
        lines: [
          { name: 'last value', look: 'last', y: bins[0]!.map(({ last, count: n }) => per(last, n)) },
          ...lines(bins, ({ error, count: n }) => per(error, n)),
        ],
        low: 0,
      }),
    ),
    ...drawn.map(({ horizon, bins: [first, ...others] }) =>
      chart({
        title: `Error beside A, ${stepsAhead(horizon)}`,
        about: 'The same as a share of that of A; below 1 is better.',
        x: x(first!),
        axis: 'time',
        lines: others.map((bins, i) => ({
          name: sides[i + 1]!.name,
          look: LOOKS[i + 1]!,
          y: bins.map(({ error }, at) => per(error, first![at]!.error)),
        })),
        goal: { name: 'as A', y: 1 },
      }),
    ),
    ...drawn.map(({ horizon, bins }) =>
      chart({
        title: `What the bands held, ${stepsAhead(horizon)}`,
        about: 'Share of what came that lay within the band, over time.',
        x: x(bins[0]!),
        axis: 'time',
        lines: lines(bins, ({ covered, bands }) => per(covered * 100, bands)),
        goal: { name: 'aim', y: data.level * 100 },
        high: 100,
        unit: ' %',
      }),
    ),
  ];
}

function per(sum: number, n: number): number | null {
  return n > 0 ? sum / n : null;
}
