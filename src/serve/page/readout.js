// @ts-check
import { html } from 'htm/preact';
import { utc, value } from './format.js';
import { nearest } from './nearest.js';
/** @import { SeriesModel } from './series-model.js' */

/**
 * The values at the point nearest to `time`, or at the newest reading where no time is pointed at; and what the lines are.
 *
 * @param {{ model: SeriesModel, time: number | null }} props
 */
export function Readout({ model: { data, h }, time }) {
  const past = data.past(h ?? '');
  const fan = data.fan();
  const at = nearest([...data.readings.time, ...past.time, ...fan.time], time ?? data.newest);
  const reading = data.readings.time.indexOf(at ?? NaN);
  const line = past.time.includes(at ?? NaN) ? past : fan;
  const forecast = line === fan && reading !== -1 ? -1 : line.time.indexOf(at ?? NaN);
  const [lo, hi] = [line.lo[forecast], line.hi[forecast]];
  return html`
    <div id="readout" class="readout">
      <span id="read-time" class="read-time"
        >${at === null ? '' : `${time === null ? 'Newest: ' : ''}${utc(at)}`}</span
      >
      <span class="read"
        ><i class="key key-actual"></i>Actual
        <b id="read-actual">${value(data.readings.value[reading])}</b></span
      >
      <span class="read"
        ><i class="key key-forecast"></i>Forecast
        <b id="read-forecast">${value(line.yhat[forecast])}</b></span
      >
      <span class="read"
        ><i class="key key-band"></i>Band
        <b id="read-band">${lo === undefined ? '–' : `${value(lo)} to ${value(hi)}`}</b></span
      >
      <span class="read"><i class="key key-fan"></i>Next</span>
      <span class="read"><i class="key key-anomaly"></i>Anomaly</span>
      <span class="read"><i class="key key-change"></i>Change</span>
    </div>
  `;
}
