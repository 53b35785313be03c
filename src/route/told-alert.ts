import { z } from 'zod';
import type { Turn } from '../alert/machine.ts';
import {
  ALERT_NUMBERS,
  type AlertFacts,
  type AlertNumbers,
  type AlertRevision,
  type ToldTurn,
} from '../alert/turn.ts';
import type { Reason } from '../detect/judge.ts';
import { type Points, revisionAt } from '../sink/points.ts';

/** A turn of an alert as it lies in the outbox: a row of the table `alert`, or a message of the topic of alerts. Times are event time, ms. */
export interface ToldAlert extends AlertFacts, ToldNumbers, AlertRevision {
  /** The same for all turns of an alert. */
  readonly id: string;
  readonly state: ToldTurn;
  /** It is over because it was none: a late reading has shown that. */
  readonly isWithdrawn?: true;
}

/** The numbers of an alert; null where there is none. */
type ToldNumbers = Readonly<
  Record<'score' | 'peak', number> & Record<Exclude<keyof AlertNumbers, 'score' | 'peak'>, number | null>
>;

const number = z.number().nullable().default(null);
const numbers = {
  ...(Object.fromEntries(ALERT_NUMBERS.map((name) => [name, number])) as Record<
    keyof AlertNumbers,
    typeof number
  >),
  score: z.number(),
  peak: z.number(),
};
const Numbers = z.object(numbers);
const Turns = z.enum(['pending', 'dropped', 'firing', 'resolved']);
const common = {
  series: z.string(),
  state: z.enum([...Turns.options, 'withdrawn']),
  time: z.number(),
  since: z.number(),
  severity: z.enum(['warning', 'critical']),
  // a name that a later version gives is told as it is
  reason: z.string().transform((reason) => reason as Reason),
  channel: z.string().default(''),
  ...numbers,
};

const AlertRow = z.object({
  ...common,
  muted: z.number(),
  labels: z.string(),
  revision: z.number().default(0),
  withdraws: z.union([Turns, z.literal('')]).default(''),
  news: z.number().default(1),
});

/**
 * A row of the table `alert`.
 *
 * @throws ZodError, SyntaxError where it is none
 */
export function alertOfRow(row: unknown): ToldAlert {
  const { muted, labels, revision, withdraws, news, ...alert } = AlertRow.parse(row);
  return {
    id: `${alert.series}@${alert.since}`,
    ...alert,
    isMuted: muted !== 0,
    labels: z.record(z.string(), z.string()).parse(JSON.parse(labels)),
    ...revisionOf(revision, withdraws || undefined, news !== 0),
  };
}

/** Nothing of what is said at first. */
function revisionOf(revision: number, withdraws: Turn | undefined, isNews: boolean): AlertRevision {
  if (revision === 0) return {};
  return { revision, isNews, ...(withdraws && { withdraws }) };
}

const AlertMessage = z
  .object({
    ...common,
    id: z.string(),
    muted: z.string(),
    revision: z.number().default(0),
    withdraws: Turns.optional(),
    news: z.string().default('true'),
  })
  .catchall(z.unknown());

/**
 * A message of the topic of alerts; its labels stand beside the rest.
 *
 * @throws ZodError, SyntaxError where it is none
 */
export function alertOfMessage(value: Uint8Array | null): ToldAlert {
  const { muted, ...message } = AlertMessage.parse(JSON.parse(Buffer.from(value ?? []).toString()));
  const labels: Record<string, string> = {};
  for (const [name, label] of Object.entries(message))
    if (!Object.hasOwn(AlertMessage.shape, name) && typeof label === 'string') labels[name] = label;
  const { id, series, state, time, since, severity, reason, channel } = message;
  const identity = { id, series, state, time, since, severity, reason, channel, labels };
  return {
    ...identity,
    isMuted: muted === 'true',
    ...Numbers.parse(message),
    ...revisionOf(message.revision, message.withdraws, message.news === 'true'),
  };
}

/** A point of the measurement `alert`. */
export function alertOfPoint(block: Points, i: number): ToldAlert {
  const { series, time, tags, labels = {}, fields } = block;
  const { id, muted, channel = '', withdraws, news = 'true', ...own } = labels;
  const numberOf = (name: string): number | null => {
    const value = fields[name]![i]!;
    return Number.isNaN(value) ? null : value;
  };
  return {
    id: id!,
    series: series[i]!,
    state: tags['state'] as ToldTurn,
    time: time[i]!,
    since: fields['since']![i]!,
    severity: tags['severity'] as ToldAlert['severity'],
    reason: tags['reason'] as Reason,
    channel,
    isMuted: muted === 'true',
    labels: own,
    ...Numbers.parse(Object.fromEntries(ALERT_NUMBERS.map((name) => [name, numberOf(name)]))),
    ...revisionOf(revisionAt(block, i), withdraws as Turn | undefined, news === 'true'),
  };
}

/** What the same turn is always called: a receiver that has had it before can tell by this. */
export function turnKey({ id, state, revision = 0 }: Pick<ToldAlert, 'id' | 'state' | 'revision'>): string {
  return `${id}/${state}${revision > 0 ? `/${revision}` : ''}`;
}
