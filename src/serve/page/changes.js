// @ts-check
import { html } from 'htm/preact';
import { utc } from './format.js';
import { InView, rowsInView } from './in-view.js';
import { told } from './told.js';
/** @import { EventColumns } from '../history.ts' */

/**
 * The newest changes of the forecasts between `from` and `to`, in plain words. That a series is learned anew is said with the drift that it follows.
 *
 * @param {{ events: EventColumns, from: number, to: number, step: number | null, onChoose: (time: number) => void }} props
 */
export function Changes({ events, from, to, step, onChoose }) {
  const { time, kind, h } = events;
  return html`<${InView}
    id="changes"
    title="Changes in view"
    none="None: the forecasts are as good as they were."
    rows=${rowsInView(time, from, to).filter((i) => kind[i] !== 'relearn')}
    item=${(/** @type {number} */ i) => {
      const at = time[i] ?? 0;
      const [what, numbers] = told(events, i, step);
      return {
        key: `${at} ${kind[i]} ${h[i]}`,
        onChoose: () => onChoose(at),
        text: html`<span class="item-time">${utc(at)} UTC</span>
          <b class="item-text">${what}</b>
          <span class="item-text muted">${numbers}</span>`,
      };
    }}
  />`;
}
