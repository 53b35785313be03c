// @ts-check
/** @import { SeriesList, SeriesWindow } from '../answers.ts' */
/** @import { PipelineFacts } from '../pipeline-facts.ts' */
/** @import { LiveBand } from '../status.ts' */

/** What the server said instead of an answer. */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * The series that match, from one place of the list on.
 *
 * @param {{ q: string, sort: string, standing: string, offset: number, limit: number }} query
 * @returns {Promise<SeriesList>}
 */
export function fetchSeries({ q, sort, standing, offset, limit }) {
  const some = standing === '' ? {} : { standing };
  return get('/api/series', { q, sort, ...some, offset: String(offset), limit: String(limit) });
}

/**
 * What happened to one series in the asked stretch.
 *
 * @param {string} series
 * @param {Readonly<Record<string, string>>} stretch
 * @returns {Promise<SeriesWindow>}
 */
export function fetchWindow(series, stretch) {
  return get('/api/history', { series, ...stretch });
}

/**
 * How the bands of a series do.
 *
 * @param {string} series
 * @returns {Promise<{ bands: readonly LiveBand[] }>}
 */
export function fetchBands(series) {
  return get('/api/bands', { series });
}

/**
 * How the run does inside.
 *
 * @returns {Promise<PipelineFacts>}
 */
export function fetchFacts() {
  return get('/api/pipeline', {});
}

/**
 * Gives a command to the run.
 *
 * @param {string} path
 * @param {object} body
 */
export async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new ApiError(String(answer.code), String(answer.message));
}

/**
 * What went wrong, for a person.
 *
 * @param {unknown} error
 */
export function said(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @template T
 * @param {string} path
 * @param {Readonly<Record<string, string>>} parameters
 * @returns {Promise<T>}
 */
async function get(path, parameters) {
  const response = await fetch(`${path}?${new URLSearchParams(parameters)}`);
  const body = await response.json();
  if (!response.ok) throw new ApiError(String(body.code), String(body.message));
  return body;
}
