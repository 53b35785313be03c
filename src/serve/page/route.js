// @ts-check

/**
 * Where a person is: the list of series, one of them, or the inside of the run.
 *
 * @typedef {{ view: 'overview' } | { view: 'series', name: string } | { view: 'pipeline' }} Route
 */

const SERIES = '#/series/';

/**
 * What an address shows. One that is a name alone, as links in alerts have it, shows that series.
 *
 * @param {string} hash
 * @returns {Route}
 */
export function routeOf(hash) {
  if (hash === '#/pipeline') return { view: 'pipeline' };
  const name = hash.startsWith(SERIES) ? decoded(hash.slice(SERIES.length)) : nameAlone(hash);
  return name === '' ? { view: 'overview' } : { view: 'series', name };
}

/**
 * The address of a series.
 *
 * @param {string} name
 */
export function seriesAddress(name) {
  return `${SERIES}${encodeURIComponent(name)}`;
}

/** @param {string} hash */
function nameAlone(hash) {
  return hash.startsWith('#/') ? '' : decoded(hash.slice(1));
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
