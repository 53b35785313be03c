// @ts-check

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 64;
const HEIGHT = 20;

/** A tiny line without axes; `drawSparkline` gives it its values. */
export function sparkline() {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'spark');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'polyline'));
  return svg;
}

/**
 * @param {SVGElement} svg
 * @param {readonly number[]} values
 */
export function drawSparkline(svg, values) {
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const points = values.map((v, i) => {
    const x = (i / Math.max(1, values.length - 1)) * (WIDTH - 2) + 1;
    const y = HEIGHT - 2 - ((v - low) / range) * (HEIGHT - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  svg.firstElementChild?.setAttribute('points', points.join(' '));
}
