import { scale, svgFile, text } from './svg-parts.ts';

/** A plot of lines on two logarithmic axes, beside a value that does not depend on x. */
export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  readonly baseline: { readonly name: string; readonly value: number };
}

interface Line {
  readonly name: string;
  readonly look: 'first' | 'second' | 'third';
  /** From left to right, the same x in every line. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 720;
const HEIGHT = 440;
/** The plot's own field within the picture. */
const FIELD = { left: 104, right: 692, top: 92, bottom: 376 };

/** The plot as an SVG file that needs nothing else; light or dark as its reader's screen. */
export function svgLines({ title, x, y, lines, baseline }: Plot): string {
  const xs = lines[0]!.points.map(([at]) => at);
  const ys = [baseline.value, ...lines.flatMap(({ points }) => points.map(([, value]) => value))];
  const lowest = Math.floor(Math.log10(Math.min(...ys)));
  const highest = Math.ceil(Math.log10(Math.max(...ys)));
  const across = scale(Math.log(xs[0]!), Math.log(xs.at(-1)!), FIELD.left + 28, FIELD.right - 28);
  const up = scale(lowest, highest, FIELD.bottom, FIELD.top);
  const place = ([at, value]: readonly [number, number]): [string, string] => [
    across(Math.log(at)).toFixed(1),
    up(Math.log10(value)).toFixed(1),
  ];
  const decades = Array.from({ length: highest - lowest + 1 }, (_, n) => lowest + n);
  const legend = [...lines, { name: baseline.name, look: 'baseline' }];
  const parts = [
    ...decades.map((decade) => {
      const at = up(decade).toFixed(1);
      return `<path class="grid" d="M${FIELD.left} ${at}H${FIELD.right}"/>${text(FIELD.left - 10, Number(at) + 5, 'tick', 'end', decadeText(decade))}`;
    }),
    ...xs.map((at) => text(across(Math.log(at)), FIELD.bottom + 24, 'tick', 'middle', String(at))),
    `<path class="line baseline" d="M${FIELD.left} ${up(Math.log10(baseline.value)).toFixed(1)}H${FIELD.right}"/>`,
    ...lines.map(({ look, points }) => {
      const placed = points.map(place);
      const dots = placed.map(([cx, cy]) => `<circle class="dot ${look}" cx="${cx}" cy="${cy}" r="4.5"/>`);
      const path = placed.map((point) => point.join(' ')).join('L');
      return `<path class="line ${look}" d="M${path}"/>${dots.join('')}`;
    }),
    ...legend.map(({ name, look }, n) => {
      const before = legend.slice(0, n).reduce((sum, one) => sum + one.name.length, 0);
      const left = FIELD.left + n * 64 + before * 8;
      return `<path class="line ${look}" d="M${left} 62h28"/>${text(left + 36, 67, '', 'start', name)}`;
    }),
    text(FIELD.left, 34, 'title', 'start', title),
    text((FIELD.left + FIELD.right) / 2, HEIGHT - 14, '', 'middle', x),
    `<g transform="translate(24 ${(FIELD.top + FIELD.bottom) / 2}) rotate(-90)">${text(0, 0, '', 'middle', y)}</g>`,
  ];
  return svgFile(title, WIDTH, HEIGHT, parts);
}

function decadeText(decade: number): string {
  return decade < 0 ? (10 ** decade).toFixed(-decade) : String(10 ** decade);
}
