import { scale, svgFile, text } from './svg-parts.ts';

/** Small plots beside and below one another over the same time, each from zero. */
export interface Panels {
  readonly title: string;
  /** Of the time below each panel. */
  readonly x: string;
  readonly until: number;
  readonly panels: readonly Panel[];
  /** What happened, as a line across every panel. */
  readonly marks: readonly Mark[];
}

export interface Mark {
  readonly at: number;
  readonly name: string;
}

export interface Panel {
  readonly title: string;
  /** What is known of it in a few words, below its title. */
  readonly note: string;
  /** Each as a line of its own; one after the other. */
  readonly lines: readonly (readonly (readonly [at: number, value: number])[])[];
}

const COLUMNS = 3;
const PANEL = { width: 300, height: 190 };
/** The field of a panel within it. */
const FIELD = { left: 52, right: 286, top: 54, bottom: 160 };
const HEAD = 74;

/** The plots as an SVG file that needs nothing else; light or dark as its reader's screen. */
export function svgPanels({ title, x, until, panels, marks }: Panels): string {
  const width = COLUMNS * PANEL.width + 16;
  const height = HEAD + Math.ceil(panels.length / COLUMNS) * PANEL.height + 12;
  const numbered = marks.map(({ name }, n) => `${n + 1} ${name}`).join(', ');
  const parts = [
    text(20, 32, 'title', 'start', title),
    text(20, 58, 'tick', 'start', `${x}; lines: ${numbered}`),
    ...panels.map((panel, n) => {
      const left = (n % COLUMNS) * PANEL.width;
      const top = HEAD + Math.floor(n / COLUMNS) * PANEL.height;
      return `<g transform="translate(${left} ${top})">${panelOf(panel, until, marks)}</g>`;
    }),
  ];
  return svgFile(title, width, height, parts);
}

function panelOf({ title, note, lines }: Panel, until: number, marks: readonly Mark[]): string {
  const most = topOf(Math.max(0, ...lines.flat().map(([, value]) => value)));
  const across = scale(0, until, FIELD.left, FIELD.right);
  const up = scale(0, most, FIELD.bottom, FIELD.top);
  const levels = [0, most / 2, most];
  const parts = [
    text(20, 18, '', 'start', title),
    text(20, 38, 'tick', 'start', note),
    ...levels.map((level) => {
      const y = up(level).toFixed(1);
      const line = `<path class="grid" d="M${FIELD.left} ${y}H${FIELD.right}"/>`;
      return `${line}${text(FIELD.left - 6, Number(y) + 5, 'tick', 'end', String(Number(level.toPrecision(3))))}`;
    }),
    ...marks.map(({ at }, n) => {
      const place = across(at);
      const line = `<path class="baseline" d="M${place.toFixed(1)} ${FIELD.top}V${FIELD.bottom}"/>`;
      return `${line}${text(place, FIELD.bottom + 18, 'tick', 'middle', String(n + 1))}`;
    }),
    ...lines.map((points, n) => {
      const path = points.map(([at, value]) => `${across(at).toFixed(1)} ${up(value).toFixed(1)}`).join('L');
      return path === '' ? '' : `<path class="line thin ${n % 2 === 0 ? 'second' : 'first'}" d="M${path}"/>`;
    }),
    text(FIELD.left, FIELD.bottom + 18, 'tick', 'middle', '0'),
    text(FIELD.right, FIELD.bottom + 18, 'tick', 'end', String(Math.round(until))),
  ];
  return parts.join('');
}

/** The next of 1, 2, 4, 5, 8 and 10 times a power of ten that is no smaller. */
function topOf(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 8, 10].map((step) => step * power).find((top) => top >= value)!;
}
