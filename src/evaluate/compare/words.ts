import { percent } from '../figures.ts';
import type { ComparisonDocument, Verdict } from './document.ts';
import type { Ratio } from './resample.ts';

/** `3.1 % smaller`: what a ratio of errors to A's says. */
export function smaller(ratio: number | null): string {
  if (ratio === null) return '–';
  if (ratio === 1) return 'equal';
  return `${percent(Math.abs(1 - ratio))} ${ratio < 1 ? 'smaller' : 'larger'}`;
}

/** `−4.2 % to −2.0 %`: an interval of ratios as changes. */
export function intervalTold({ low, high }: Ratio): string {
  return low === null || high === null ? '–' : `${change(low)} to ${change(high)}`;
}

/** `−3.1 %` */
export function change(ratio: number | null): string {
  if (ratio === null) return '–';
  const text = percent(Math.abs(ratio - 1));
  if (text === '0 %') return text;
  return `${ratio < 1 ? '−' : '+'}${text}`;
}

/** On which side of 1 the whole interval lies; null where there is none. */
export function surely({ ratio, low, high }: Ratio): 'better' | 'worse' | 'same' | 'unsure' | null {
  if (ratio === null || low === null || high === null) return null;
  if (low === 1 && high === 1) return 'same';
  if (high < 1) return 'better';
  return low > 1 ? 'worse' : 'unsure';
}

/** What came of it, a sentence or two for each side but A. */
export function verdictOf(
  { side, againstA, better, worse }: Verdict,
  { method, data }: Pick<ComparisonDocument, 'method' | 'data'>,
): string {
  const { ratio } = againstA;
  if (data.paired === 0)
    return `${side} and A have forecast no target in common, as where they are on different grids: their errors cannot be compared.`;
  if (ratio === null) return `Of ${side} there is nothing to tell: it or A was never wrong.`;
  const sure = surely(againstA);
  if (sure === 'same') return `The errors of ${side} are those of A, no more and no less.`;
  const size = `The errors of ${side} are ${ratio === 1 ? 'as large as' : `${smaller(ratio)} than`} those of A`;
  const stretches = `${method.stretches} ${stretchWord(method.days)}`;
  if (sure === null)
    return `${size}. How sure that is cannot be told from ${stretches}: it takes ${method.leastStretches}.`;
  const doubt = sure === 'unsure' ? ', so that it may be chance' : '';
  return `${size} (95 % interval: ${intervalTold(againstA)}${doubt}). It was better in ${better} and worse in ${worse} of ${stretches}.`;
}

/** `days`, or `stretches of 4 days`. */
export function stretchWord(days: number): string {
  return days === 1 ? 'days' : `stretches of ${days} days`;
}

/** `1 alert`, `3 alerts`. */
export function alertCount(n: number): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? 'alert' : 'alerts'}`;
}

/** What of the alerts only one of A and this side has. */
export function loneAlerts(
  alerts: NonNullable<ComparisonDocument['alerts']>,
  side: string,
): {
  readonly ofA: NonNullable<ComparisonDocument['alerts']>[number]['alerts'];
  readonly ofOther: NonNullable<ComparisonDocument['alerts']>[number]['alerts'];
} {
  const of = (name: string) => alerts.find((each) => each.side === name)?.alerts ?? [];
  return {
    ofA: of('A').filter(({ like }) => !like.includes(side)),
    ofOther: of(side).filter(({ like }) => like.length === 0),
  };
}

/** A setting's value in a line. */
export function valueTold(value: unknown): string {
  return value === null ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** What the sides had learned when the comparison began. */
export function beginningTold(sides: ComparisonDocument['sides']): string {
  if (sides.every(({ begins }) => begins.length === 0)) return 'All sides began with an empty state.';
  const ways = sides.map(({ name, begins }) => {
    const times = begins.flatMap(({ snapshot }) => (snapshot ? [snapshot.time] : []));
    const [first] = times.toSorted();
    if (first === undefined) return `${name} from the beginning of the input`;
    const others = times.length < begins.length ? ', some partitions from the beginning of the input' : '';
    return `${name} from snapshots of its live run, the oldest of ${first}${others}`;
  });
  return `All sides began with what they had learned of all that came before, which is not scored: ${ways.join('; ')}.`;
}
