import type { Alerted } from '../alert/alert.ts';
import { ALERT_NUMBERS, type AlertTurn } from '../alert/turn.ts';
import type { Points } from './points.ts';

/**
 * `alert,series=S,state=firing,severity=warning,reason=surprise id=…,channel=…,score=…,peak=…,value=…,expected=…,lo=…,hi=…,surprise=…,jump=…,flatline=…,
 * novelty=…,nearest=…,nearestTime=…,since=… <event time>`, one for each turn of an alert, with its labels; `muted` where nobody is to be told.
 *
 * Where late readings are taken in, also `revision`: what is said of a turn, which `id`, state and time name, takes the place of what was said before. With
 * the tag `state=withdrawn` the turn that `withdraws` names is none any more. `news="false"` where only the turn has moved, and what stands is what stood.
 */
export function alertPoints({ alerts }: Alerted): Points[] {
  return alerts.map(pointOf);
}

/** What an alert is called: the same in every run. */
export function alertId({ series, since }: Pick<AlertTurn, 'series' | 'since'>): string {
  return `${series}@${since}`;
}

function pointOf(turn: AlertTurn): Points {
  const { series, time, since, severity, reason, channel, labels, isMuted, offset } = turn;
  const { revision, withdraws, isNews = true } = turn;
  return {
    measurement: 'alert',
    length: 1,
    series: [series],
    time: Float64Array.of(time),
    tags: { state: turn.turn, severity, reason },
    labels: {
      ...labels,
      id: alertId(turn),
      ...(channel !== '' && { channel }),
      muted: String(isMuted),
      ...(withdraws !== undefined && { withdraws }),
      ...(!isNews && { news: 'false' }),
    },
    fields: {
      ...Object.fromEntries(ALERT_NUMBERS.map((name) => [name, Float64Array.of(turn[name])])),
      since: Float64Array.of(since),
      ...(revision !== undefined && { revision: Float64Array.of(revision) }),
    },
    offset: Float64Array.of(offset),
  };
}
