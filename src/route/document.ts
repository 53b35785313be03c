import { linkTo } from './link.ts';
import { type ToldAlert, turnKey } from './told-alert.ts';
import { inWords, isoOf, titleOf } from './words.ts';

/** An alert as JSON: what webhooks are sent and files hold. Keys are added to it, never taken away. */
export interface AlertDocument {
  /** The same for the same turn of an alert, however often it comes. */
  readonly key: string;
  /** The same for all turns of an alert. */
  readonly id: string;
  readonly state: ToldAlert['state'];
  readonly severity: ToldAlert['severity'];
  readonly reason: string;
  readonly series: string;
  /** null where the series has one channel. */
  readonly channel: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Values of the labels that the route groups by; null where it does not. */
  readonly group: string | null;
  /** ISO 8601: when it was raised, and when this turn came. */
  readonly since: string;
  readonly time: string;
  readonly score: number;
  readonly peak: number;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  /** How odd it is by each kind of evidence, in [0, 1]; null where that says nothing. */
  readonly evidence: Readonly<Record<'surprise' | 'jump' | 'flatline' | 'novelty', number | null>>;
  /** Of what is novel: the most similar that was there before; null of other alerts. */
  readonly nearest: { readonly value: number; readonly time: string } | null;
  /** A line, and a sentence or two. */
  readonly title: string;
  readonly text: string;
  readonly link: string | null;
  /** Of what is resolved: it was none, as a late reading has shown. Absent otherwise. */
  readonly withdrawn?: true;
}

export function documentOf(
  alert: ToldAlert,
  { pageUrl, groupBy = [] }: { readonly pageUrl?: string | undefined; readonly groupBy?: readonly string[] },
): AlertDocument {
  const { id, state, severity, reason, series, channel, labels, score, peak, value, expected, lo, hi } =
    alert;
  const { surprise, jump, flatline, novelty, nearest, nearestTime } = alert;
  return {
    key: turnKey(alert),
    id,
    state,
    severity,
    reason,
    series,
    channel: channel === '' ? null : channel,
    labels,
    group: groupOf(alert, groupBy),
    since: isoOf(alert.since),
    time: isoOf(alert.time),
    score,
    peak,
    value,
    expected,
    lo,
    hi,
    evidence: { surprise, jump, flatline, novelty },
    nearest: nearest === null || nearestTime === null ? null : { value: nearest, time: isoOf(nearestTime) },
    title: titleOf(alert),
    text: inWords(alert),
    link: linkTo(pageUrl, series) ?? null,
    ...(alert.isWithdrawn && { withdrawn: true }),
  };
}

/** `berlin/press-2`: the values of labels, as far as the alert has them; null where it has none. */
export function groupOf({ labels }: Pick<ToldAlert, 'labels'>, groupBy: readonly string[]): string | null {
  const values = groupBy.flatMap((name) => (Object.hasOwn(labels, name) ? [labels[name]!] : []));
  return values.length === 0 ? null : values.join('/');
}
