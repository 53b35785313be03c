// @ts-check
import { html } from 'htm/preact';
import { ahead, percent, value } from './format.js';
import { SmallChart } from './small-chart.js';
/** @import { Quality } from '../quality.ts' */

/**
 * How the forecasts of the chosen horizon did over the time that the chart shows: their errors beside those of the last value, and the share that the band held.
 *
 * @param {{ quality: Quality | null, step: number | null, nominal: number | null }} props
 */
export function QualityCharts({ quality, step, nominal }) {
  if (quality === null || quality.time.length < 2) return null;
  const { h, time, error, naive, coverage, targets } = quality;
  const far = `${ahead(h, step)} ahead`;
  const all = targets.reduce((sum, n) => sum + n, 0);
  const mean = (/** @type {number[]} */ column) =>
    column.reduce((sum, one, i) => sum + (Number.isFinite(one) ? one : 0) * (targets[i] ?? 0), 0) / all;
  const [off, repeated, held] = [mean(error), mean(naive), mean(coverage)];
  return html`
    <div class="smalls">
      <figure class="small">
        <figcaption>
          <span>Error over time, ${far}</span>
          <span class="small-key"><i class="key key-forecast"></i>forecast <b>${value(off)}</b></span>
          <span class="small-key"><i class="key key-naive"></i>last value <b>${value(repeated)}</b></span>
        </figcaption>
        <${SmallChart}
          id="error-chart"
          label=${`Mean error of the forecasts ${far}: ${value(off)}; of repeating the last value: ${value(repeated)}`}
          time=${time}
          lines=${[
            { values: naive, colour: 'naive' },
            { values: error, colour: 'forecast' },
          ]}
          least=${0}
        />
      </figure>
      <figure class="small">
        <figcaption>
          <span>Inside the band over time, ${far}</span>
          <span class="small-key"><i class="key key-forecast"></i>held <b>${percent(held)}</b></span>
          ${nominal !== null && html`<span class="small-key"><i class="key key-naive"></i>aim <b>${percent(nominal)}</b></span>`}
        </figcaption>
        <${SmallChart}
          id="coverage-chart"
          label=${`Share of readings inside the band ${far}: ${percent(held)}`}
          time=${time}
          lines=${[
            ...(nominal === null ? [] : [{ values: time.map(() => 100 * nominal), colour: 'naive' }]),
            { values: coverage.map((share) => 100 * share), colour: 'forecast' },
          ]}
          least=${0}
          most=${100}
          unit=" %"
        />
      </figure>
    </div>
  `;
}
