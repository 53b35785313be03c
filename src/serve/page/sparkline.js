// @ts-check
import { html } from 'htm/preact';
import { sparkPaths } from './spark-paths.js';
/** @import { FanColumns, SeriesSummary } from '../history.ts' */

/**
 * A tiny chart without axes: the newest values, and the fan of what is forecast.
 *
 * @param {{ tail: readonly number[], fan: FanColumns, summary: SeriesSummary }} props
 */
export function Sparkline({ tail, fan, summary: { lastTime, step } }) {
  const { line, band, next } = sparkPaths(tail, fan, lastTime, step);
  return html`
    <svg class="spark" viewBox="0 0 160 28" preserveAspectRatio="none" aria-hidden="true">
      <path class="spark-band" d=${band} />
      <path class="spark-next" d=${next} />
      <path class="spark-line" d=${line} />
    </svg>
  `;
}
