const STYLE = `
  svg { --page: #ffffff; --ink: #17212d; --muted: #566273; --grid: #dde3ea; --first: #c85f00; --second: #0072c6; --third: #2a8a4a }
  @media (prefers-color-scheme: dark) {
    svg { --page: #161e29; --ink: #e9eef5; --muted: #9dabbc; --grid: #2a3645; --first: #ff9a3d; --second: #4aa8ff; --third: #5cc98a }
  }
  text { font: 14px system-ui, sans-serif; fill: var(--ink) }
  .title { font-size: 17px; font-weight: 600 }
  .tick { fill: var(--muted) }
  .page { fill: var(--page) }
  .grid { stroke: var(--grid) }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
  .first { stroke: var(--first) }
  .second { stroke: var(--second) }
  .third { stroke: var(--third) }
  .baseline { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 6 5 }
  .thin { stroke-width: 1.5 }
  .dot { fill: var(--page); stroke-width: 2.5 }`;

/** A picture as an SVG file that needs nothing else; light or dark as its reader's screen. */
export function svgFile(title: string, width: number, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}
</style>
<rect class="page" width="${width}" height="${height}"/>
${parts.join('\n')}
</svg>
`;
}

/** Lays from–to onto low–high; a range of one value onto the middle. */
export function scale(from: number, to: number, low: number, high: number): (value: number) => number {
  return (value) => low + (to > from ? (value - from) / (to - from) : 0.5) * (high - low);
}

/** A line of text, its base line at y. */
export function text(
  x: number,
  y: number,
  look: string,
  anchor: 'start' | 'middle' | 'end',
  of: string,
): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${look}" text-anchor="${anchor}">${escaped(of)}</text>`;
}

function escaped(of: string): string {
  return of.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
