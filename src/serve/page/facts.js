// @ts-check
import { element, need } from './dom.js';
import { bytes, count, utc } from './format.js';
/** @import { RunStatus } from '../status.ts' */

const dead = need('dead', HTMLElement);
const run = need('run', HTMLElement);

/** What a reason means. */
const REASONS = new Map([
  ['malformed', 'could not be read'],
  ['missing', 'lacked a field'],
  ['invalid', 'had a field that cannot be used'],
  ['duplicate', 'repeated a time that was already there'],
  ['late', 'came after newer readings'],
  ['early', 'lay farther ahead than is kept'],
  ['state-limit', 'belonged to a new series for which there is no memory left'],
  ['rejected', 'were refused by the server they were written to'],
]);

let shown = '';

/**
 * What was set aside and why, where the data lies, and what the run is made of.
 *
 * @param {RunStatus} status
 */
export function showFacts({ deadLetters, data, model, bytesPerSeries, partitions, startedAt }) {
  const key = JSON.stringify([deadLetters, data, model, bytesPerSeries, partitions, startedAt]);
  if (key === shown) return;
  shown = key;
  const reasons = Object.entries(deadLetters)
    .filter(([, times]) => times > 0)
    .toSorted((a, b) => b[1] - a[1]);
  if (reasons.length === 0)
    dead.replaceChildren(element('p', 'empty-note', 'Nothing: every record became a reading.'));
  else {
    dead.replaceChildren(
      element('p', 'muted', 'Kept apart, each with its reason:'),
      element('ul', 'reasons', ...reasons.map(([reason, times]) => reasonItem(reason, times))),
    );
  }
  run.replaceChildren(
    ...fact('Data', element('code', '', data)),
    ...fact('Model', `${model.name} (${model.cell.toUpperCase()}, ${count(model.hidden)} units)`),
    ...fact('Memory', `${bytes(bytesPerSeries)} a series`),
    ...fact('Partitions', count(partitions)),
    ...fact('Started', `${utc(startedAt)} UTC`),
  );
}

/**
 * @param {string} reason
 * @param {number} times
 */
function reasonItem(reason, times) {
  const meaning = element('span', 'reason', element('b', '', reason), ` ${REASONS.get(reason) ?? ''}`);
  return element('li', '', element('span', 'number', count(times)), meaning);
}

/**
 * @param {string} name
 * @param {Node | string} content
 */
function fact(name, content) {
  return [element('dt', '', name), element('dd', '', content)];
}
