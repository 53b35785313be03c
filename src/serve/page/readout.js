// @ts-check
import { need, setText } from './dom.js';
import { utc, value } from './format.js';
/** @import { ForecastColumns } from '../history.ts' */
/** @import { SeriesData } from './series-data.js' */

const fields = {
  time: need('read-time', HTMLElement),
  actual: need('read-actual', HTMLElement),
  forecast: need('read-forecast', HTMLElement),
  band: need('read-band', HTMLElement),
};

/**
 * Shows the values at the point nearest to `time`, or at the newest reading where no time is pointed at.
 *
 * @param {SeriesData} data
 * @param {ForecastColumns} line
 * @param {number | null} time
 */
export function showReadout(data, line, time) {
  const at = snapped([...data.readings.time, ...line.time], time ?? data.newest);
  if (at === null) {
    for (const field of Object.values(fields)) setText(field, '');
    return;
  }
  const reading = data.readings.time.indexOf(at);
  const forecast = line.time.indexOf(at);
  setText(fields.time, time === null ? `Newest: ${utc(at)}` : utc(at));
  setText(fields.actual, value(data.readings.value[reading]));
  setText(fields.forecast, value(line.yhat[forecast]));
  const [lo, hi] = [line.lo[forecast], line.hi[forecast]];
  setText(fields.band, lo === undefined ? '–' : `${value(lo)} to ${value(hi)}`);
}

/**
 * The one of `times` that is nearest to `time`.
 *
 * @param {number[]} times
 * @param {number | null} time
 * @returns {number | null}
 */
function snapped(times, time) {
  if (time === null) return null;
  /** @type {number | null} */
  let nearest = null;
  for (const one of times)
    if (nearest === null || Math.abs(one - time) < Math.abs(nearest - time)) nearest = one;
  return nearest;
}
