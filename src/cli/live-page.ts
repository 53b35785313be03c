import { z } from 'zod';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';

/** How long it is waited for whoever might serve the page, ms. */
const ASK_MS = 2000;
const Status = z.object({ pipeline: z.string() });
const Told = z.object({ code: z.string(), message: z.string() });

/** Where the pipeline's page answers; undefined where it does not. */
export async function pageOf(
  pipeline: string,
  { page }: RunSettings,
  token: string | undefined,
): Promise<string | undefined> {
  if (!page.enabled || page.port === 0) return undefined;
  const address = `http://${page.host === '0.0.0.0' ? '127.0.0.1' : page.host}:${page.port}`;
  try {
    const answer = await fetch(`${address}/api/status`, {
      headers: knowing(token),
      signal: AbortSignal.timeout(ASK_MS),
    });
    return Status.parse(await answer.json()).pipeline === pipeline ? address : undefined;
  } catch {
    return undefined; // nobody, or something else
  }
}

/** What is asked of a page. */
export interface PageQuestion {
  /** What is posted; left out: nothing is, it is asked for what it has. */
  readonly body?: object | undefined;
  /** That the page asks for, where it does. */
  readonly token: string | undefined;
}

/**
 * Asks the page of a run for something.
 *
 * @param what below `/api/`
 * @throws ForetideError COMMAND_REFUSED where it does not answer, or refuses
 */
export async function askPage(
  address: string,
  what: string,
  { body, token }: PageQuestion,
): Promise<unknown> {
  const where = `${address}/api/${what}`;
  const headers = knowing(token);
  const posted = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } };
  let answer: Response;
  let told: unknown;
  try {
    answer = await fetch(where, body ? { ...posted, body: JSON.stringify(body) } : { headers });
    told = await answer.json();
  } catch (cause) {
    throw new ForetideError('COMMAND_REFUSED', {
      what: 'The page of the run does not answer',
      where,
      todo: 'Name it by --page, or stop the run.',
      cause,
    });
  }
  if (answer.ok) return told;
  const { code, message } = Told.parse(told);
  throw new ForetideError('COMMAND_REFUSED', { what: message, got: code, where });
}

function knowing(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
