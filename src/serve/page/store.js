// @ts-check
import { useEffect, useState } from 'preact/hooks';
import { routeOf } from './route.js';
/** @import { SeriesList } from '../answers.ts' */
/** @import { RunStatus } from '../status.ts' */
/** @import { Connection } from './state.js' */
/** @import { Route } from './route.js' */

/**
 * What the views share.
 *
 * @typedef {object} Shared
 * @property {Route} route
 * @property {Connection} connection
 * @property {RunStatus | null} status
 * @property {SeriesList | null} list - Of the overview, as it was read last.
 * @property {string} q - What is searched for.
 * @property {string} sort
 * @property {string} standing - Empty: any.
 * @property {string | null} h - The horizon that was chosen; null: none yet.
 * @property {number | null} step - The usual distance between two readings of the series that was shown last, ms.
 * @property {boolean} isDark
 */

/** @type {Shared} */
let shared = {
  route: routeOf(location.hash),
  connection: 'connecting',
  status: null,
  list: null,
  q: '',
  sort: 'attention',
  standing: '',
  h: null,
  step: null,
  isDark: matchMedia('(prefers-color-scheme: dark)').matches,
};

/** @type {Set<() => void>} */
const listeners = new Set();

/** What is shared now. */
export function now() {
  return shared;
}

/**
 * Changes some of what is shared, and draws again what uses it.
 *
 * @param {Partial<Shared>} change
 */
export function put(change) {
  shared = { ...shared, ...change };
  for (const listener of listeners) listener();
}

/**
 * A part of what is shared; the component that uses it is drawn again when that part is another one.
 *
 * @template {keyof Shared} K
 * @param {K} key
 * @returns {Shared[K]}
 */
export function useShared(key) {
  const [value, setValue] = useState(() => shared[key]);
  useEffect(() => {
    const look = () => setValue(() => shared[key]);
    look();
    listeners.add(look);
    return () => void listeners.delete(look);
  }, [key]);
  return value;
}
