import Table from 'cli-table3';
import type { AlertDocument } from '../evaluate/alerts/document.ts';
import { share } from '../evaluate/figures.ts';

/** Series that have a line of their own. */
const MOST_SERIES = 20;
const STYLE = { head: [], border: [], compact: true };

/** How alerts did, for a terminal: over all, by series where they are few, and what became of each labelled window. */
export function alertTables({ all, bySeries, windows, budget, raise }: AlertDocument): string {
  return [
    `${all.alerts} alerts of ${all.series} series in ${all.days.toFixed(0)} days: ${number(all.perSeriesAndMonth)} a series and month (alerts.raise ${raise})\n`,
    ...(all.windows > 0
      ? [
          `${all.found} of ${all.windows} labelled windows found; ${all.outside} alerts outside of them: precision ${share(all.precision)}, recall ${share(all.recall)}, half of the found ones within ${span(all.timeToDetection)}\n`,
          windowTable(windows),
        ]
      : []),
    ...(all.series > 1 && all.series <= MOST_SERIES ? [seriesTable(bySeries)] : []),
    ...(budget
      ? [
          budget.raise === null
            ? `No setting keeps ${budget.perWeekAnd100} alerts a week and 100 series\n`
            : `At most ${budget.perWeekAnd100} alerts a week and 100 series: --set alerts.raise=${budget.raise}, or, by what each series itself was before, --set alerts.budget=${budget.perWeekAnd100}\n`,
        ]
      : []),
  ].join('');
}

function windowTable(windows: AlertDocument['windows']): string {
  const table = new Table({ head: ['series', 'wrong from', 'to', 'alert', 'before the end'], style: STYLE });
  for (const { series, from, to, alertAt, beforeEnd } of windows) {
    const end = beforeEnd === null ? '–' : span(beforeEnd * 1000);
    table.push([series, minute(from), minute(to), alertAt === null ? 'none' : minute(alertAt), end]);
  }
  return `${table.toString()}\n`;
}

function seriesTable(series: AlertDocument['bySeries']): string {
  const table = new Table({
    head: ['series', 'alerts', 'a month', 'windows found', 'outside'],
    style: STYLE,
  });
  for (const { name, alerts, perSeriesAndMonth, windows, found, outside } of series)
    table.push([
      name,
      alerts,
      number(perSeriesAndMonth),
      windows > 0 ? `${found} of ${windows}` : '–',
      outside,
    ]);
  return `${table.toString()}\n`;
}

const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

function number(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

/** `9.3 h`, `2.5 days`. */
export function span(ms: number | null): string {
  if (ms === null) return '–';
  const hours = ms / 3_600_000;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;
}
