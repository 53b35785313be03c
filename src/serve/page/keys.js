// @ts-check
import { now } from './store.js';

/** What keys do, for the help. */
export const KEYS = [
  ['/', 'search the series'],
  ['↓ ↑', 'move in the list'],
  ['Enter', 'open the series'],
  ['Esc', 'back to the list; clear the search'],
  ['g', 'the list of series'],
  ['p', 'the pipeline'],
  ['[ ]', 'a nearer, a farther horizon'],
  ['Space', 'pause the chart, and go on'],
  ['?', 'these keys'],
];

/** Makes the keys work that mean the same everywhere; where a person types only Esc does. */
export function startKeys() {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector('dialog[open]') !== null) return;
    if (isTyping(event.target) && event.key !== 'Escape') return;
    if (act(event.key, event.target)) event.preventDefault();
  });
}

/**
 * Whether the key meant something.
 *
 * @param {string} key
 * @param {EventTarget | null} target
 */
function act(key, target) {
  switch (key) {
    case '/':
      return toSearch();
    case '?':
      document.querySelector('dialog')?.showModal();
      return true;
    case 'Escape':
      if (isTyping(target)) return false;
      location.hash = '#/';
      return true;
    case 'g':
      location.hash = '#/';
      return true;
    case 'p':
      location.hash = '#/pipeline';
      return true;
    default:
      return false;
  }
}

function toSearch() {
  if (now().route.view === 'overview') focusSearch();
  else {
    location.hash = '#/';
    // the list is drawn after the address has changed
    setTimeout(focusSearch, 50);
  }
  return true;
}

function focusSearch() {
  const search = document.getElementById('search');
  if (!(search instanceof HTMLInputElement)) return;
  search.focus();
  search.select();
}

/** @param {EventTarget | null} target */
export function isTyping(target) {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLSelectElement ||
    target instanceof HTMLTextAreaElement
  );
}
