// @ts-check
/** @import { AnomalyColumns, EventColumns } from '../history.ts' */
/** @import { Theme } from './theme.js' */
/** @import uPlot from 'uplot' */

/**
 * Shades what lies after the newest reading.
 *
 * @param {uPlot} plot
 * @param {Theme} theme
 * @param {number | null} newest
 */
export function shadeFuture(plot, theme, newest) {
  const { ctx, bbox } = plot;
  const x = futureStart(plot, newest);
  if (x === null) return;
  ctx.save();
  ctx.fillStyle = theme.future;
  ctx.fillRect(x, bbox.top, bbox.left + bbox.width - x, bbox.height);
  ctx.strokeStyle = theme.muted;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/**
 * Says what the shade is, where there is room for it.
 *
 * @param {uPlot} plot
 * @param {Theme} theme
 * @param {number | null} newest
 */
export function labelFuture(plot, theme, newest) {
  const { ctx, bbox } = plot;
  const x = futureStart(plot, newest);
  if (x === null) return;
  const text = 'to come';
  ctx.save();
  ctx.fillStyle = theme.muted;
  ctx.font = `${11 * devicePixelRatio}px ${theme.font}`;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  const margin = 6 * devicePixelRatio;
  const hasRoom = ctx.measureText(text).width + 2 * margin < bbox.left + bbox.width - x;
  if (hasRoom) ctx.fillText(text, x + margin, bbox.top + margin);
  ctx.restore();
}

/**
 * Where the future begins on the canvas; null where it is not in view.
 *
 * @param {uPlot} plot
 * @param {number | null} newest
 */
function futureStart(plot, newest) {
  if (newest === null) return null;
  const { left, width } = plot.bbox;
  const x = Math.round(Math.max(left, plot.valToPos(newest, 'x', true)));
  return x < left + width ? x : null;
}

/**
 * A dot with a rim at every anomaly.
 *
 * @param {uPlot} plot
 * @param {Theme} theme
 * @param {AnomalyColumns} anomalies
 */
export function drawAnomalies(plot, theme, { time, value }) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = theme.anomaly;
  ctx.strokeStyle = theme.surface;
  ctx.lineWidth = 2 * devicePixelRatio;
  time.forEach((t, i) => {
    ctx.beginPath();
    ctx.arc(
      plot.valToPos(t, 'x', true),
      plot.valToPos(value[i] ?? 0, 'y', true),
      5.5 * devicePixelRatio,
      0,
      2 * Math.PI,
    );
    ctx.fill();
    ctx.stroke();
  });
  ctx.restore();
}

/**
 * A small arrowhead at the foot of the chart wherever the forecasts or their bands have changed.
 *
 * @param {uPlot} plot
 * @param {Theme} theme
 * @param {EventColumns} events
 */
export function drawChanges(plot, theme, { time }) {
  const { ctx, bbox } = plot;
  const size = 5 * devicePixelRatio;
  const foot = bbox.top + bbox.height;
  ctx.save();
  ctx.fillStyle = theme.change;
  for (const t of new Set(time)) {
    const x = plot.valToPos(t, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, foot - 2 * size);
    ctx.lineTo(x + size, foot);
    ctx.lineTo(x - size, foot);
    ctx.fill();
  }
  ctx.restore();
}
