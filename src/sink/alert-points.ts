import type { Alerted, AlertTurn } from '../alert/alert.ts';
import type { Points } from './points.ts';

/**
 * `alert,series=S,state=firing,severity=warning,reason=surprise id=…,channel=…,score=…,peak=…,value=…,expected=…,lo=…,hi=…,since=… <event time>`, one for each
 * turn of an alert, with its labels; `muted` where nobody is to be told.
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
  const number = (field: 'score' | 'peak' | 'value' | 'expected' | 'lo' | 'hi'): Float64Array =>
    Float64Array.of(turn[field]);
  return {
    measurement: 'alert',
    length: 1,
    series: [series],
    time: Float64Array.of(time),
    tags: { state: turn.turn, severity, reason },
    labels: { ...labels, id: alertId(turn), ...(channel !== '' && { channel }), muted: String(isMuted) },
    fields: {
      score: number('score'),
      peak: number('peak'),
      value: number('value'),
      expected: number('expected'),
      lo: number('lo'),
      hi: number('hi'),
      since: Float64Array.of(since),
    },
    offset: Float64Array.of(offset),
  };
}
