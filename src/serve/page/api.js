// @ts-check
/** @import { SeriesList, SeriesWindow } from '../answers.ts' */

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
 * The series that match `q`, what needs attention first.
 *
 * @param {string} q
 * @param {number} limit
 * @returns {Promise<SeriesList>}
 */
export function fetchSeries(q, limit) {
  return get('/api/series', { q, limit: String(limit) });
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
