// @ts-check
import { element, need } from './dom.js';
import { against, ahead, percent } from './format.js';
/** @import { HorizonScore, RunStatus } from '../status.ts' */

const target = need('scores', HTMLElement);

/** What is shown, so that an unchanged table is left alone. */
let shown = '';

/**
 * A row a horizon: how much better or worse than two naive guesses, in words and as a bar, and how much the band held.
 *
 * @param {RunStatus} status
 * @param {string | null} h - The horizon that the chart shows.
 * @param {number | null} step
 */
export function showScores({ summary, nominalCoverage }, h, step) {
  const key = JSON.stringify([summary, nominalCoverage, h, step]);
  if (key === shown) return;
  shown = key;
  if (summary.length === 0) {
    target.replaceChildren(element('p', 'empty-note', 'Known once the first forecasts have come due.'));
    return;
  }
  const names = ['Ahead', 'Than repeating the last value', 'Than the same time a season ago', 'In the band'];
  const head = element('tr', '', ...names.map((name) => headCell(name, 'col')));
  const rows = summary.map((score) => row(score, h, step));
  const table = element('table', 'scores', element('thead', '', head), element('tbody', '', ...rows));
  target.replaceChildren(table);
}

/**
 * @param {HorizonScore} score
 * @param {string | null} h
 * @param {number | null} step
 */
function row(score, h, step) {
  const made = element(
    'tr',
    score.h === h ? 'chosen' : '',
    headCell(ahead(score.h, step), 'row'),
    element('td', '', comparison(score.againstLast)),
    element('td', '', comparison(score.againstSeason)),
    element('td', 'number', ...held(score)),
  );
  return made;
}

/**
 * The share that the band has held, and beside it that of late.
 *
 * @param {HorizonScore} score
 */
function held({ coverage, liveCoverage }) {
  if (coverage === null) return ['–'];
  if (liveCoverage === null) return [percent(coverage)];
  return [percent(coverage), ' ', element('span', 'lately', `lately ${percent(liveCoverage)}`)];
}

/**
 * @param {string} text
 * @param {'col' | 'row'} scope
 */
function headCell(text, scope) {
  const cell = element('th', '', text);
  cell.scope = scope;
  return cell;
}

/**
 * A bar from the middle: to the right is better, to the left is worse.
 *
 * @param {number | null} ratio
 */
function comparison(ratio) {
  const fill = element('span', 'bar-fill');
  const gain = ratio === null ? 0 : Math.max(-1, Math.min(1, 1 - ratio));
  fill.style.width = `${(Math.abs(gain) * 50).toFixed(1)}%`;
  fill.classList.add(gain < 0 ? 'worse' : 'better');
  const bar = element('span', 'bar', fill);
  bar.setAttribute('aria-hidden', 'true');
  return element('span', 'comparison', element('span', 'words', against(ratio)), bar);
}
