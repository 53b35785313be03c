// @ts-check
import { html } from 'htm/preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { timeLabels, valueLabels } from './axis.js';
import { useShared } from './store.js';
import { readTheme } from './theme.js';

/**
 * @typedef {{ values: readonly number[], colour: 'forecast' | 'naive' }} SmallLine
 */

/**
 * A small chart of some lines over time.
 *
 * @param {{ id: string, label: string, time: number[], lines: readonly SmallLine[], least?: number, most?: number, unit?: string }} props
 */
export function SmallChart({ id, label, time, lines, least, most, unit = '' }) {
  const isDark = useShared('isDark');
  /** @type {import('preact').RefObject<HTMLElement | null>} */
  const root = useRef(null);
  /** @type {import('preact').RefObject<uPlot | null>} */
  const plot = useRef(null);
  const colours = lines.map(({ colour }) => colour).join();

  useLayoutEffect(() => {
    const { current } = root;
    if (current === null) return undefined;
    const made = new uPlot(
      optionsOf(current, colours.split(','), { least, most, unit }),
      [[], ...lines.map(() => [])],
      current,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(sizeOf(current)));
    observer.observe(current);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [colours, isDark]);

  useEffect(() => {
    plot.current?.setData([
      [...time],
      ...lines.map(({ values }) => values.map((one) => (Number.isFinite(one) ? one : null))),
    ]);
  });

  return html`<div id=${id} class="small-chart" role="img" aria-label=${label} ref=${root}></div>`;
}

/** @param {HTMLElement} root */
function sizeOf(root) {
  return { width: root.clientWidth, height: root.clientHeight };
}

/**
 * @param {HTMLElement} root
 * @param {readonly string[]} colours
 * @param {{ least: number | undefined, most: number | undefined, unit: string }} scale
 * @returns {uPlot.Options}
 */
function optionsOf(root, colours, { least, most, unit }) {
  const theme = readTheme();
  /** @type {Partial<uPlot.Axis>} */
  const axis = {
    font: `11px ${theme.font}`,
    stroke: theme.muted,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { show: false },
    gap: 4,
  };
  return {
    ...sizeOf(root),
    ms: 1,
    tzDate: (ms) => uPlot.tzDate(new Date(ms), 'Etc/UTC'),
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 8, 0, 0],
    scales: {
      y: {
        range: (_plot, low, high) => [
          least ?? low ?? 0,
          Math.max(most ?? 0, (high ?? 1) * (most === undefined ? 1.1 : 1)),
        ],
      },
    },
    series: [
      {},
      ...colours.map((colour) => ({
        stroke: colour === 'forecast' ? theme.forecast : theme.naive,
        width: colour === 'forecast' ? 1.8 : 1.2,
        points: { show: false },
        ...(colour === 'naive' && { dash: [3, 3] }),
      })),
    ],
    axes: [
      {
        ...axis,
        size: 22,
        space: 90,
        values: (_plot, ticks, _axis, _space, distance) =>
          timeLabels(ticks, distance).map((label) => label.replace('\n', ', ')),
      },
      {
        ...axis,
        space: 26,
        size: (_plot, labels) => 14 + 6.5 * Math.max(2, ...(labels ?? []).map((label) => label.length)),
        values: (_plot, ticks, _axis, _space, distance) =>
          valueLabels(ticks, distance).map((label) => `${label}${unit}`),
      },
    ],
  };
}
