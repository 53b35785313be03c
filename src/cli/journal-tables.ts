import Table from 'cli-table3';
import type { LabelledFailure } from '../evaluate/alerts/labels.ts';
import type { FailureWatch } from '../evaluate/alerts/lead.ts';
import type { ToldAlert } from '../route/told-alert.ts';
import { moment } from '../route/words.ts';
import { span } from './alert-tables.ts';

const STYLE = { head: [], border: [], compact: true };

/** An alert that has fired in this run. */
export interface FiredAlert {
  readonly alert: ToldAlert;
  /** The labelled failure that it came for. */
  readonly failure: LabelledFailure | undefined;
  /** When it was over, ms; null while it stands. */
  over: number | null;
}

/** `9.3 h before the failure of 2014-02-08 14:30 UTC`: where an alert lies from a failure. */
export function leadInWords({ alert, failure }: FiredAlert): string {
  return failure ? `${lead(failure.at, alert.time)} the failure of ${moment(failure.at)}` : '';
}

/** The alerts of a run, the first above. */
export function firedTable(fired: readonly FiredAlert[]): string {
  const isLabelled = fired.some(({ failure }) => failure !== undefined);
  const table = new Table({
    head: ['alert', 'for', 'series', 'severity', 'reason', ...(isLabelled ? ['labelled failure'] : [])],
    style: STYLE,
  });
  for (const one of fired) {
    const { time, series, channel, severity, reason } = one.alert;
    table.push([
      moment(time),
      one.over === null ? 'still' : span(one.over - time),
      channel === '' ? series : `${series} (${channel})`,
      severity,
      reason,
      ...(isLabelled ? [leadInWords(one) || '–'] : []),
    ]);
  }
  return table.toString();
}

/** What became of the labelled failures; undefined where there were none. */
export function failureTable(watches: readonly FailureWatch[]): string | undefined {
  const outcomes = watches.flatMap((watch) => watch.outcomes());
  if (outcomes.length === 0) return undefined;
  const table = new Table({ head: ['labelled failure', 'first alert', 'alerts'], style: STYLE });
  for (const { failure, first, alerts } of outcomes)
    table.push([moment(failure.at), first === null ? 'none' : `${lead(failure.at, first)} it`, alerts]);
  return table.toString();
}

function lead(failure: number, alert: number): string {
  return `${span(Math.abs(failure - alert))} ${alert <= failure ? 'before' : 'after'}`;
}
