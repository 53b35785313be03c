import type { Curves } from '../curves.ts';
import type { EvaluationDocument } from '../document.ts';
import { eventsTold, percent, rowsTold } from '../figures.ts';
import { chartsByHorizon } from './charts-by-horizon.ts';
import { chartsOfStretches } from './charts-of-stretches.ts';
import { chartsOverTime } from './charts-over-time.ts';
import { endsOf, stepsAhead } from './ends.ts';
import { escaped, pageHead } from './html.ts';
import { STYLE } from './style.ts';
import { horizonTable, seriesTable } from './tables.ts';

/**
 * The result of an evaluation as one page of HTML: a verdict, charts, tables, and what the words mean. It holds all that it shows, runs
 * no script and asks no network, so that it can be kept, mailed and printed.
 */
export function reportPage(document: EvaluationDocument, curves: Curves): string {
  const { pipeline, model, data, scores, validation } = document;
  return `${pageHead('how the forecasts did', STYLE)}<body>
<header>
<h1>How the forecasts did</h1>
<p class="data">${escaped(`${data.from.join(', ')} · ${pipeline}, ${model.name} · ${rowsTold(scores)}`)}</p>
</header>
<p class="verdict">${escaped(verdict(document))}</p>
<ul class="tiles">${tiles(document)}</ul>
<h2>By steps ahead</h2>
<div class="charts">${chartsByHorizon(document).join('\n')}</div>
<h2>Over time</h2>
<div class="charts">${chartsOverTime(document, curves).join('\n')}</div>
<h2>Forecasts and what came</h2>
<div class="charts">${chartsOfStretches(scores, curves).join('\n')}</div>
<h2>Numbers</h2>
${horizonTable(scores, document)}
<p class="note">Events: ${escaped(eventsTold(scores.bySeries))}.</p>
${validation ? `<h2>Validation: ${escaped(rowsTold(validation))}</h2>\n${horizonTable(validation, document)}` : ''}
${data.series > 1 ? `<h2>By series, the worst first</h2>\n${seriesTable(scores)}` : ''}
<h2>What the words mean</h2>
${glossary(document)}
</body>
</html>
`;
}

const count = (n: number): string => n.toLocaleString('en-US');
function verdict({ scores, data, protocol }: EvaluationDocument): string {
  const known = endsOf(scores).flatMap(({ horizon, baselines: { last } }) =>
    last.ratio === null ? [] : [{ horizon, ratio: last.ratio }],
  );
  if (known.length === 0) return 'No forecast came due in these rows: there is nothing to tell yet.';
  const parts = known.map(({ horizon, ratio }) => {
    const size = percent(Math.abs(1 - ratio));
    const reach =
      protocol.averageSteps && horizon > 1 ? `over the next ${horizon} steps` : stepsAhead(horizon);
    return `${size} ${ratio <= 1 ? 'smaller' : 'larger'} ${reach}`;
  });
  const over = data.series > 1 ? ` of ${count(data.series)} series` : '';
  return `Beside the guess that nothing changes, the forecasts${over} have an error that is ${parts.join(' and ')}.`;
}

function tiles({ scores, speed, data, protocol }: EvaluationDocument): string {
  const good = endsOf(scores).map(({ horizon, baselines: { last } }) => ({
    look: last.ratio === null ? '' : last.ratio <= 1 ? 'good' : 'bad',
    figure:
      last.ratio === null
        ? '–'
        : `${percent(Math.abs(1 - last.ratio))} ${last.ratio <= 1 ? 'better' : 'worse'}`,
    about: `than the last value, ${stepsAhead(horizon)}`,
  }));
  const bands = scores.byHorizon.filter(({ bands: n }) => n > 0);
  const covered = bands.reduce((sum, { coverage, bands: n }) => sum + (coverage ?? 0) * n, 0);
  const all = bands.reduce((sum, { bands: n }) => sum + n, 0);
  const unusable = Object.values(data.unusable).reduce((sum, n) => sum + n, 0);
  const setAside = data.missingValues + unusable;
  return [
    ...good,
    {
      look: '',
      figure: all > 0 ? percent(covered / all) : '–',
      about: `of what came lay within its band; the aim is ${percent(protocol.level)}`,
    },
    {
      look: '',
      figure: speed.median === null ? '–' : `${speed.median.toFixed(1)} µs`,
      about: 'a reading for decoding, forecasting and learning',
    },
    {
      look: '',
      figure: count(data.readings),
      about: `readings of ${count(data.series)} series${setAside > 0 ? `; ${count(setAside)} values or rows set aside` : ''}${data.complete ? '' : '; stopped before the end'}`,
    },
  ]
    .map(({ look, figure, about }) => `<li class="${look}"><b>${escaped(figure)}</b>${escaped(about)}</li>`)
    .join('');
}

function glossary({ protocol, data }: EvaluationDocument): string {
  const words: readonly (readonly [string, string])[] = [
    [
      'Prequential',
      'Each forecast is held against what came before anything is learned from it. The forecasts are those that a live run would have made.',
    ],
    [
      'Against last, season, mean',
      'Our mean absolute error beside that of repeating the last value, of the value one season before, of the mean so far, over the very same targets; over several series the geometric mean.',
    ],
    [
      'MSE, MAE',
      protocol.standardizeOn === null
        ? `Mean squared and mean absolute error${data.series > 1 ? '; over several series they mix the units of these' : ''}.`
        : `Mean squared and mean absolute error, in the standard deviation that each series has in the rows ${protocol.standardizeOn}.`,
    ],
    [
      'MASE',
      'Mean absolute error over the usual move within one season (Hyndman & Koehler, 2006); below 1 is better than that.',
    ],
    [
      'Within band, width, Winkler',
      'How often the 90 % band held what came, how wide it is, and a score of both together: lower is better (Winkler, 1972).',
    ],
    [
      'Events',
      'When the size of the errors was found to have grown (drift-up) or shrunk (drift-down), whether the series was learned anew then (relearn), and when the share of the newest 1,000 targets that the band held left its tolerance (coverage-low, coverage-high) and was back (coverage-back).',
    ],
  ];
  return `<dl>${words.map(([word, meaning]) => `<dt>${escaped(word)}</dt><dd>${escaped(meaning)}</dd>`).join('')}</dl>`;
}
