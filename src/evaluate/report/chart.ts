import { escaped } from './html.ts';
import { numberTicks, type Tick, timeTicks } from './ticks.ts';

/** One line of a chart. */
export interface Line {
  readonly name: string;
  /** What it is drawn like; see the styles of the page. */
  readonly look: 'ours' | 'actual' | 'last' | 'season' | 'mean' | 'second';
  /** [points], null where there is none. */
  readonly y: readonly (number | null)[];
}

/** A chart of lines over the same x. */
export interface ChartParts {
  readonly title: string;
  /** What is seen, in a sentence. */
  readonly about: string;
  /** [points] ascending */
  readonly x: readonly number[];
  /** time: ms since 1970; steps: steps ahead */
  readonly axis: 'time' | 'steps';
  readonly lines: readonly Line[];
  /** [points] an area between two lines. */
  readonly band?: { readonly name: string; readonly lo: Line['y']; readonly hi: Line['y'] };
  /** A level to be reached. */
  readonly goal?: { readonly name: string; readonly y: number };
  /** Bounds of the y-axis; what is outside is cut off. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** What the numbers are followed by, e.g. ` %`. */
  readonly unit?: string;
  readonly wide?: boolean;
}

const HEIGHT = 250;
const TOP = 12;
const BOTTOM = 30;
const RIGHT = 14;

/** A chart as a figure of HTML with an SVG: no script, and its numbers as tooltips. */
export function chart(parts: ChartParts): string {
  const { title, about, lines, band, goal } = parts;
  const looks = [
    ...lines.map(({ name, look }) => ({ name, look: `line ${look}` })),
    ...(band ? [{ name: band.name, look: 'area' }] : []),
    ...(goal ? [{ name: goal.name, look: 'line goal' }] : []),
  ];
  const legend = looks.map(
    ({ name, look }) =>
      `<li><svg class="key" viewBox="0 0 26 12" aria-hidden="true">${look === 'area' ? '<rect class="area" y="1" width="26" height="10"/>' : `<path class="${look}" d="M1 6H25"/>`}</svg>${escaped(name)}</li>`,
  );
  return `<figure${parts.wide ? ' class="wide"' : ''}>
<figcaption><h3>${escaped(title)}</h3><p>${escaped(about)}</p></figcaption>
<ul class="legend">${legend.join('')}</ul>
<div class="scroll">${drawing(parts)}</div>
</figure>`;
}

function drawing(parts: ChartParts): string {
  const { x, axis, lines, band, goal, unit = '', wide = false } = parts;
  const width = wide ? 1140 : 560;
  const [low, high] = bounds(parts);
  const ticksY = numberTicks(low, high, 5);
  const left = 14 + 7.2 * Math.max(2, ...ticksY.map(({ label }) => label.length + unit.length));
  const [from, to] = ends(x);
  const toX = (value: number): number => left + ((value - from) / (to - from)) * (width - left - RIGHT);
  const toY = (value: number): number => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const ticksX = axis === 'time' ? timeTicks(from, to, wide ? 12 : 6) : stepTicks(x);
  // of one geometry it is the same, so that it may stand twice on a page
  const clip = `clip-${width}-${Math.round(left * 10)}`;
  const path = (y: Line['y']): string =>
    pathOf(
      x.map(toX),
      y.map((value) => (value === null ? null : toY(value))),
    );
  const dots = ({ look, y }: Line): string =>
    x.length > 24
      ? ''
      : x
          .map((at, i) =>
            y[i] == null
              ? ''
              : `<circle class="dot ${look}" cx="${px(toX(at))}" cy="${px(toY(y[i]))}" r="3.2"/>`,
          )
          .join('');
  return `<svg class="chart" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${escaped(`${parts.title}. ${parts.about}`)}">
<clipPath id="${clip}"><rect x="${px(left - 4)}" y="${TOP - 4}" width="${px(width - left - RIGHT + 8)}" height="${HEIGHT - TOP - BOTTOM + 8}"/></clipPath>
${ticksY.map(({ at, label }) => `<path class="grid" d="M${px(left)} ${px(toY(at))}H${width - RIGHT}"/><text x="${px(left - 8)}" y="${px(toY(at) + 4)}" text-anchor="end">${escaped(label + unit)}</text>`).join('')}
${ticksX.map(({ at, label }) => `<text x="${px(toX(at))}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(label)}</text>`).join('')}
<g clip-path="url(#${clip})">
${band ? `<path class="area" d="${areaOf(x.map(toX), band, toY)}"/>` : ''}
${goal ? `<path class="line goal" d="M${px(left)} ${px(toY(goal.y))}H${width - RIGHT}"/>` : ''}
${lines.map((line) => `<path class="line ${line.look}" d="${path(line.y)}"/>${dots(line)}`).join('')}
</g>
${tips(parts, toX, width)}
</svg>`;
}

/** An unseen column at each x whose tooltip tells the numbers there. */
function tips(
  { x, axis, lines, band, unit = '' }: ChartParts,
  toX: (value: number) => number,
  width: number,
): string {
  return x
    .map((at, i) => {
      const before = i === 0 ? toX(at) - 6 : (toX(x[i - 1]!) + toX(at)) / 2;
      const after = i === x.length - 1 ? toX(at) + 6 : (toX(at) + toX(x[i + 1]!)) / 2;
      const head =
        axis === 'time' ? `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC` : `${at} ahead`;
      const rows = [
        ...lines.map(({ name, y }) => `${name}: ${told(y[i], unit)}`),
        ...(band ? [`${band.name}: ${told(band.lo[i], unit)} to ${told(band.hi[i], unit)}`] : []),
      ];
      const w = Math.min(after, width) - before;
      return `<rect class="tip" x="${px(before)}" y="0" width="${px(w)}" height="${HEIGHT - BOTTOM}"><title>${escaped([head, ...rows].join('\n'))}</title></rect>`;
    })
    .join('');
}

function told(value: number | null | undefined, unit: string): string {
  return value == null
    ? '–'
    : `${Number(value.toPrecision(4)).toLocaleString('en-US', { maximumFractionDigits: 6 })}${unit}`;
}

/** What is drawn, and a little room; at least as wide as rounding can tell apart. */
function bounds({ lines, band, goal, low, high }: ChartParts): readonly [number, number] {
  const all = [
    ...lines.flatMap(({ y }) => y),
    ...(band ? [...band.lo, ...band.hi] : []),
    goal?.y ?? null,
  ].filter((value) => value !== null);
  const least = low ?? all.reduce((a, b) => Math.min(a, b), Infinity);
  const most = high ?? all.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(least) || !Number.isFinite(most)) return [0, 1];
  const room = Math.max((most - least) * 0.06, Math.abs(most) * 1e-6, 1e-12);
  return [low ?? least - room, high ?? most + room];
}

function ends(x: readonly number[]): readonly [number, number] {
  const [from = 0, to = 1] = [x[0], x.at(-1)];
  return from === to ? [from - 1, to + 1] : [from, to];
}

function stepTicks(x: readonly number[]): readonly Tick[] {
  const every = Math.ceil(x.length / 12);
  return x.filter((_, i) => i % every === 0).map((at) => ({ at, label: String(at) }));
}

function pathOf(x: readonly number[], y: readonly (number | null)[]): string {
  let isDown = false;
  return y
    .map((value, i) => {
      if (value === null) {
        isDown = false;
        return '';
      }
      const move = `${isDown ? 'L' : 'M'}${px(x[i]!)} ${px(value)}`;
      isDown = true;
      return move;
    })
    .join('');
}

/** The area between two lines, cut where there is none. */
function areaOf(
  x: readonly number[],
  { lo, hi }: { readonly lo: Line['y']; readonly hi: Line['y'] },
  toY: (value: number) => number,
): string {
  const runs: number[][] = [];
  x.forEach((_, i) => {
    if (lo[i] == null || hi[i] == null) return;
    const run = runs.at(-1);
    if (run?.at(-1) === i - 1) run.push(i);
    else runs.push([i]);
  });
  const point = (i: number, y: Line['y']): string => `${px(x[i]!)} ${px(toY(y[i]!))}`;
  return runs
    .map(
      (run) =>
        `M${[...run.map((i) => point(i, hi)), ...run.toReversed().map((i) => point(i, lo))].join('L')}Z`,
    )
    .join('');
}

/** Tenths of a pixel are enough. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
