import { figure, percent, share } from '../figures.ts';
import { escaped, pageHead } from '../report/html.ts';
import { stepsAhead } from '../report/ends.ts';
import { STYLE } from '../report/style.ts';
import { table } from '../report/tables.ts';
import { chartsOfCourses, chartsOfSides } from './charts.ts';
import type { AlertTold, ComparisonDocument, Verdict } from './document.ts';
import type { Pairs } from './pairs.ts';
import type { SeriesRatio } from './series-ratios.ts';
import { timeLine } from './time-line.ts';
import {
  beginningTold,
  alertCount,
  change,
  intervalTold,
  loneAlerts,
  smaller,
  stretchWord,
  surely,
  valueTold,
  verdictOf,
} from './words.ts';

/** Alerts that a table lists: the first of them. */
const MOST_ALERTS = 100;

const LOOK = `
.alert { fill: var(--mean); fill-opacity: .75; }
.alert.alone { fill: var(--bad); fill-opacity: 1; }
.words table { min-width: 820px; }
.words td { white-space: normal; text-align: left; vertical-align: top; }
.words th { text-align: left; }
.words td:first-child { white-space: nowrap; }
`;

/**
 * A comparison as one page of HTML: a verdict, what differs, charts, alerts, tables. It holds all that it shows, runs no script and asks no network. All but what
 * is behind the heading "Speed" is a function of the input.
 */
export function comparisonPage(document: ComparisonDocument, pairs: Pairs): string {
  const { pipeline, data, sides, verdicts, alerts } = document;
  const names = sides.map(({ name }) => name).join(sides.length > 2 ? ', ' : ' and ');
  const time = `${(data.firstTime ?? '–').slice(0, 16).replace('T', ' ')} to ${(data.lastTime ?? '–').slice(0, 16).replace('T', ' ')} UTC`;
  const isKnown = data.paired > 0;
  return `${pageHead(`${names} compared`, `${STYLE}${LOOK}`)}<body>
<header>
<h1>${escaped(`${names} over the same readings`)}</h1>
<p class="data">${escaped(`${pipeline} · ${data.from.join(', ')} · ${time}${data.complete ? '' : ' · stopped before the end'}`)}</p>
</header>
${verdicts.map((verdict) => `<p class="verdict">${escaped(verdictOf(verdict, document))}</p>`).join('\n')}
<ul class="tiles">${tiles(document)}</ul>
<h2>What is compared</h2>
${sidesTable(document)}
<p class="note">${escaped(beginningTold(sides))}</p>
${isKnown ? `<h2>By steps ahead</h2>\n<div class="charts">${chartsOfSides(document).join('\n')}</div>` : ''}
${isKnown ? `<h2>Over time</h2>\n<div class="charts">${chartsOfCourses(document, pairs).join('\n')}</div>` : ''}
${alerts === null ? '' : `<h2>Alerts</h2>\n<div class="charts">${timeLine(document)}</div>\n${verdicts.map(({ side }) => alertTables(alerts, side)).join('\n')}`}
<h2>Numbers</h2>
${horizonTable(document)}
<p class="note">${escaped(note(document))}</p>
${data.series > 1 ? verdicts.map(seriesTables).join('\n') : ''}
<h2>Speed</h2>
${speedTable(document)}
</body>
</html>
`;
}

const count = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 0 });

function tiles({ verdicts, byHorizon, data, alerts, sides }: ComparisonDocument): string {
  const [first] = byHorizon;
  const errors = verdicts.map(({ side, againstA }) => {
    const sure = surely(againstA);
    return {
      look: sure === 'better' ? 'good' : sure === 'worse' ? 'bad' : '',
      figure: change(againstA.ratio),
      about: `error of ${side} beside A, over all series and steps ahead`,
    };
  });
  const held = first
    ? [
        {
          look: '',
          figure: first.sides.map(({ coverage }) => share(coverage)).join(' · '),
          about: `of what came lay within the bands of ${sides.map(({ name }) => name).join(' · ')}, ${stepsAhead(first.horizon)}; the aim is ${percent(data.level)}`,
        },
      ]
    : [];
  const lone = verdicts.flatMap(({ side }) => {
    if (alerts === null) return [];
    const { ofA, ofOther } = loneAlerts(alerts, side);
    return [
      {
        look: '',
        figure: `${ofA.length} · ${ofOther.length}`,
        about: `alerts that A has and ${side} has not · that ${side} has and A has not`,
      },
    ];
  });
  return [
    ...errors,
    ...held,
    ...lone,
    {
      look: '',
      figure: count(data.paired),
      about: `targets of ${count(data.series)} series that all of them forecast`,
    },
  ]
    .map((tile) => `<li class="${tile.look}"><b>${escaped(tile.figure)}</b>${escaped(tile.about)}</li>`)
    .join('');
}

function sidesTable({ sides }: ComparisonDocument): string {
  return words(
    ['', 'From', 'Model', 'Otherwise than A'],
    sides.map(({ name, from, model, differences }, i) => [
      name,
      from,
      `${model.name}: ${model.cell}, hidden ${model.hidden}, ${model.fingerprint.slice(0, 8)}; ${count(model.bytesPerSeries)} bytes a series`,
      differences.length === 0
        ? i === 0
          ? '–'
          : 'nothing'
        : differences
            .map(({ path, a, other }) => `${path}: ${valueTold(a)} → ${valueTold(other)}`)
            .join('; '),
    ]),
  );
}

function horizonTable({ byHorizon }: ComparisonDocument): string {
  const head = [
    'Steps ahead',
    'Side',
    'Targets',
    'MAE',
    'RMSE',
    'Against last',
    'MAE less that of A',
    'Error beside A',
    '95 %',
    'Within band',
    'Width',
    'Winkler',
  ];
  return table(
    head,
    byHorizon.flatMap(({ horizon, count: n, sides }) =>
      sides.map((each) => [
        String(horizon),
        each.side,
        count(n),
        figure(each.mae),
        figure(each.rmse),
        smaller(each.ratioToLast),
        each.againstA === null ? '–' : figure(each.difference),
        each.againstA === null ? '–' : change(each.againstA.ratio),
        each.againstA === null ? '–' : intervalTold(each.againstA),
        share(each.coverage),
        figure(each.width),
        figure(each.winkler),
      ]),
    ),
  );
}

function note({ method, data, sides }: ComparisonDocument): string {
  const alone = sides.map(({ name, targets }) => `${count(targets - data.paired)} of ${name}`);
  return [
    'All figures are over the targets that all sides forecast: the same value, so many steps ahead and from the same instant; targets left out for that:',
    `${alone.join(', ')}.`,
    `95 %: ${method.name}, over ${method.stretches} ${stretchWord(method.days)} of UTC, drawn ${method.resamples} times with the seed ${method.seed}; none of fewer than ${method.leastStretches}.`,
    ...(data.series > 1
      ? [
          'MAE, RMSE and widths mix the units of the series; what stands beside A or the last value is the geometric mean over them.',
        ]
      : []),
  ].join(' ');
}

function alertTables(alerts: NonNullable<ComparisonDocument['alerts']>, side: string): string {
  const { ofA, ofOther } = loneAlerts(alerts, side);
  const total = (name: string): string =>
    alertCount(alerts.find((each) => each.side === name)!.alerts.length);
  const list = (title: string, some: readonly AlertTold[]): string =>
    some.length === 0
      ? ''
      : `<h2>${escaped(title)}</h2>\n${words(
          ['Fired', 'Over', 'Series', 'Severity', 'Why'],
          some
            .slice(0, MOST_ALERTS)
            .map(({ series, firedAt, until, severity, why }) => [
              minute(firedAt),
              until === null ? 'stands' : minute(until),
              series,
              severity,
              why,
            ]),
        )}${some.length > MOST_ALERTS ? `<p class="note">and ${count(some.length - MOST_ALERTS)} more</p>` : ''}`;
  return [
    `<p class="note">${escaped(`${total('A')} of A, ${total(side)} of ${side}; ${ofA.length} of A has ${side} not, ${ofOther.length} of ${side} has A not. Alerts are the same where they are of one series and stand at the same time.`)}</p>`,
    list(`Alerts of A that ${side} has not`, ofA),
    list(`Alerts of ${side} that A has not`, ofOther),
  ].join('\n');
}

function seriesTables({ side, improved, worsened }: Verdict): string {
  const list = (title: string, some: readonly SeriesRatio[]): string =>
    some.length === 0
      ? ''
      : `<h2>${escaped(title)}</h2>\n${table(
          ['Series', 'Targets', 'Error beside A'],
          some.map(({ series, channel, count: n, ratio }) => [
            channel === '' ? series : `${series}.${channel}`,
            count(n),
            change(ratio),
          ]),
        )}`;
  return [
    list(`Series of which ${side} is better most`, improved),
    list(`Series of which ${side} is worse most`, worsened),
  ].join('\n');
}

function speedTable({ speed }: ComparisonDocument): string {
  return `${table(
    ['Side', 'Readings/s', 'µs a reading, median', 'CPU, s'],
    speed.map(({ side, readingsPerSecond, median, cpuSeconds }) => [
      side,
      readingsPerSecond === null ? '–' : count(readingsPerSecond),
      figure(median),
      cpuSeconds.toFixed(2),
    ]),
  )}
<p class="note">Of each side's stages, decoding included and scoring not, measured in this run: batch by batch, in turns. Readings/s are those of the median batch.</p>`;
}

/** A table of sentences. */
function words(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return table(head, rows).replace('class="table"', 'class="table words"');
}

const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
