import type { Points } from '../../src/sink/points.ts';
import { pointsOf } from '../sink/points.ts';

/** Readings: a row per `[series, time, value]`. */
export function readings(...rows: readonly [string, number, number][]): Points {
  return pointsOf(['value'], rows);
}

/** Forecasts of horizon `h`: a row per `[series, target time, yhat, lo, hi]`. */
export function forecasts(h: string, ...rows: readonly [string, number, number, number, number][]): Points {
  return pointsOf(['yhat', 'lo', 'hi'], rows, { measurement: 'forecast', tags: { model: 'm', h } });
}

/** Events of a kind at a horizon: a row per `[series, time, value, expected]`. */
export function events(
  kind: string,
  h: string,
  ...rows: readonly [string, number, number, number][]
): Points {
  return pointsOf(['value', 'expected'], rows, { measurement: 'event', tags: { model: 'm', kind, h } });
}

/** Anomalies: a row per `[series, time, value, score, expected, lo, hi]`. */
export function anomalies(
  ...rows: readonly [string, number, number, number, number, number, number][]
): Points {
  return pointsOf(['value', 'score', 'expected', 'lo', 'hi'], rows, { measurement: 'anomaly' });
}
