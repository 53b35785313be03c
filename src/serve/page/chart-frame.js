// @ts-check
import { html } from 'htm/preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Chart } from './chart.js';
import { chartColumns, gapAfter } from './columns.js';
import { useShared } from './store.js';
import { Tip } from './tip.js';
/** @import { NearAnomaly } from './chart.js' */
/** @import { SeriesModel } from './series-model.js' */

/**
 * The main chart, and what stands in its place while there is nothing to draw.
 *
 * @param {{ model: SeriesModel, label: string, onHover: (time: number | null) => void }} props
 */
export function ChartFrame({ model, label, onHover }) {
  const isDark = useShared('isDark');
  /** @type {import('preact').RefObject<HTMLElement | null>} */
  const root = useRef(null);
  /** @type {import('preact').RefObject<Chart | null>} */
  const chart = useRef(null);
  const [near, setNear] = useState(/** @type {NearAnomaly | null} */ (null));

  useLayoutEffect(() => {
    if (root.current === null) return undefined;
    const made = new Chart(root.current, {
      onZoom: (from, to) => model.zoomTo(from, to),
      onReset: () => model.follow(),
      onHover(time, found) {
        setNear((before) => (before?.index === found?.index ? before : found));
        onHover(found === null ? time : (model.data.anomalies.time[found.index] ?? time));
      },
    });
    chart.current = made;
    return () => made.end();
  }, [model]);

  useLayoutEffect(() => {
    const { data, newest, thinned, step, h } = model;
    const columns = chartColumns(data.readings, data.past(h ?? ''), data.fan(), gapAfter(step, thinned));
    chart.current?.draw({ columns, anomalies: data.anomalies, events: data.events, newest, ...model.range });
  });

  useEffect(() => chart.current?.restyle(), [isDark]);

  const isEmpty = model.note !== '';
  return html`
    <div class="chart-frame">
      <div
        id="chart"
        class=${isEmpty ? 'chart empty' : 'chart'}
        role="img"
        aria-label=${label}
        ref=${root}
      ></div>
      ${near !== null && html`<${Tip} anomalies=${model.data.anomalies} near=${near} frame=${root.current} />`}
      ${isEmpty && html`<p id="chart-note" class="chart-note">${model.note}</p>`}
    </div>
  `;
}
