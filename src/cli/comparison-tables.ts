import Table from 'cli-table3';
import type { AlertTold, ComparisonDocument } from '../evaluate/compare/document.ts';
import {
  alertCount,
  beginningTold,
  change,
  intervalTold,
  loneAlerts,
  valueTold,
  verdictOf,
} from '../evaluate/compare/words.ts';
import { better, figure, share } from '../evaluate/figures.ts';
import { thinned } from './evaluation-tables.ts';

/** Alerts of one side alone that are listed. */
const MOST_ALERTS = 5;
const STYLE = { head: [], border: [], compact: true };

const count = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** The result of a comparison for a terminal: what differs, errors by horizon, alerts of one side alone, speed, and what came of it. */
export function comparisonTables(document: ComparisonDocument): string {
  const { data, sides, verdicts, alerts } = document;
  return [
    `${count(data.paired)} targets of ${count(data.series)} series that all sides forecast, ${data.firstTime ?? '–'} to ${data.lastTime ?? '–'}${data.complete ? '' : ', stopped before the end'}\n\n`,
    ...sides.map(sideLine),
    `${beginningTold(sides)}\n`,
    '\n',
    byHorizon(document),
    ...(alerts === null ? [] : verdicts.map(({ side }) => lone(alerts, side))),
    '\n',
    speedTable(document),
    '\n',
    ...verdicts.map((verdict) => `${verdictOf(verdict, document)}\n`),
  ].join('');
}

function sideLine({ name, from, model, differences }: ComparisonDocument['sides'][number]): string {
  const told = differences.map(({ path, a, other }) => `${path} ${valueTold(a)} → ${valueTold(other)}`);
  return `${name}: ${from} (${model.name})${told.length > 0 ? `: ${told.join(', ')}` : ''}\n`;
}

function byHorizon({ byHorizon: all }: ComparisonDocument): string {
  const head = [
    'Steps',
    '',
    'MAE',
    'RMSE',
    'against last',
    'less A',
    'beside A',
    '95 %',
    'within band',
    'width',
  ];
  const table = new Table({
    head,
    style: STYLE,
    colAligns: head.map((_, i) => (i === 1 ? 'left' : 'right')),
  });
  for (const { horizon, sides } of thinned(all)) {
    sides.forEach(({ side, mae, rmse, ratioToLast, difference, againstA, coverage, width }, i) =>
      table.push([
        i === 0 ? String(horizon) : '',
        side,
        figure(mae),
        figure(rmse),
        better(ratioToLast),
        ...(againstA === null
          ? ['', '', '']
          : [figure(difference), change(againstA.ratio), intervalTold(againstA)]),
        share(coverage),
        figure(width),
      ]),
    );
  }
  return `${table.toString()}\n`;
}

function lone(alerts: NonNullable<ComparisonDocument['alerts']>, side: string): string {
  const { ofA, ofOther } = loneAlerts(alerts, side);
  const total = (name: string): string =>
    alertCount(alerts.find((each) => each.side === name)!.alerts.length);
  return [
    `\n${total('A')} of A, ${total(side)} of ${side}; ${ofA.length} of A has ${side} not, ${ofOther.length} of ${side} has A not\n`,
    ...list('A', ofA),
    ...list(side, ofOther),
  ].join('');
}

function list(side: string, some: readonly AlertTold[]): readonly string[] {
  const left = some.length - MOST_ALERTS;
  return [
    ...some.slice(0, MOST_ALERTS).map(({ series, why }) => `  ${side}: ${series}: ${why}\n`),
    ...(left > 0 ? [`  ${side}: and ${count(left)} more\n`] : []),
  ];
}

function speedTable({ speed }: ComparisonDocument): string {
  const table = new Table({
    head: ['', 'readings/s', 'µs a reading (median)', 'CPU s'],
    style: STYLE,
    colAligns: ['left', 'right', 'right', 'right'],
  });
  for (const { side, readingsPerSecond, median, cpuSeconds } of speed)
    table.push([
      side,
      readingsPerSecond === null ? '–' : count(readingsPerSecond),
      figure(median),
      cpuSeconds.toFixed(2),
    ]);
  return `${table.toString()}\n`;
}
