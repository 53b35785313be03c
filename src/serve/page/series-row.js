// @ts-check
import { html } from 'htm/preact';
import { useMemo } from 'preact/hooks';
import { against, count, duration, value } from './format.js';
import { seriesAddress } from './route.js';
import { Sparkline } from './sparkline.js';
/** @import { SeriesItem } from '../answers.ts' */

/**
 * One series of the list; a shade in its place while it has not come.
 *
 * @param {{ index: number, item: SeriesItem | undefined, top: number }} props
 */
export function SeriesRow({ index, item, top }) {
  // scrolling draws the table again and again, but a row only when something of it is another
  return useMemo(() => rowOf(index, item, top), [index, item, top]);
}

/**
 * @param {number} index
 * @param {SeriesItem | undefined} item
 * @param {number} top
 */
function rowOf(index, item, top) {
  const style = { transform: `translateY(${top}px)` };
  if (item === undefined)
    return html`<div role="row" class="series-row waiting" aria-rowindex=${index + 2} style=${style}>
      <span role="cell" class="unseen">on its way</span>
    </div>`;
  const { summary, standing, error, tail, fan } = item;
  const { name, lastValue, anomalies, behind } = summary;
  const href = seriesAddress(name);
  return html`
    <div
      role="row"
      class="series-row"
      data-index=${index}
      aria-rowindex=${index + 2}
      style=${style}
      onClick=${open}
    >
      <span role="cell" class="of-name"><a href=${href} title=${name}>${name}</a></span>
      <span role="cell" class="of-spark"><${Sparkline} tail=${tail} fan=${fan} summary=${summary} /></span>
      <span role="cell" class="number of-value">${value(lastValue)}</span>
      <span role="cell" class="number of-next">${fan.yhat[0] === undefined ? '' : value(fan.yhat[0])}</span>
      <span role="cell" class="number of-error" data-tone=${error !== null && error > 1.02 ? 'warn' : ''}
        >${error === null ? '' : against(error)}</span
      >
      <span role="cell" class="number of-count">${anomalies === 0 ? '' : count(anomalies)}</span>
      <span role="cell" class="of-standing"
        ><span class="standing" data-standing=${standing}>${standingText(standing, behind)}</span></span
      >
    </div>
  `;
}

/**
 * @param {SeriesItem['standing']} standing
 * @param {number} behind
 */
export function standingText(standing, behind) {
  switch (standing) {
    case 'anomalous':
      return 'Odd now';
    case 'silent':
      return `Silent ${duration(behind)}`;
    case 'worse':
      return 'Poor forecast';
    case 'fine':
      return 'Well';
  }
}

/** The whole row opens its series. @param {MouseEvent} event */
function open({ currentTarget, target }) {
  if (target instanceof HTMLAnchorElement || !(currentTarget instanceof HTMLElement)) return;
  currentTarget.querySelector('a')?.click();
}
