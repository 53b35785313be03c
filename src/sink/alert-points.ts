import type { Alerted } from '../alert/alert.ts';
import { ALERT_NUMBERS, type AlertTurn } from '../alert/turn.ts';
import type { Points } from './points.ts';

/**
 * `alert,series=S,state=firing,severity=warning,reason=surprise id=…,channel=…,score=…,peak=…,value=…,expected=…,lo=…,hi=…,surprise=…,jump=…,flatline=…,
 * novelty=…,nearest=…,nearestTime=…,since=… <event time>`, one for each turn of an alert, with its labels; `muted` where nobody is to be told.
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
  return {
    measurement: 'alert',
    length: 1,
    series: [series],
    time: Float64Array.of(time),
    tags: { state: turn.turn, severity, reason },
    labels: { ...labels, id: alertId(turn), ...(channel !== '' && { channel }), muted: String(isMuted) },
    fields: {
      ...Object.fromEntries(ALERT_NUMBERS.map((name) => [name, Float64Array.of(turn[name])])),
      since: Float64Array.of(since),
    },
    offset: Float64Array.of(offset),
  };
}
