import type { RunSettings } from '../config/run-settings.ts';
import { readSecret, type SecretSettings } from '../secret.ts';
import { mustBeProtected } from '../serve/protected.ts';
import { PageToken, TOKEN_VARIABLE } from '../serve/token.ts';

/** Settings that say what is served where, and who may ask. */
type Served = Pick<RunSettings, 'page' | 'metrics'>;

/**
 * The token that requests to the page and for metrics must know; undefined where none is asked for.
 *
 * @throws ForetideError SETTINGS_INVALID where a server would answer others than this machine without one, or it is too short; SECRET_MISSING
 */
export async function pageToken(settings: Served): Promise<PageToken | undefined> {
  const { page, metrics } = settings;
  const text = await pageTokenText(settings);
  const hasToken = text !== undefined;
  if (page.enabled) {
    mustBeProtected({ host: page.host, section: 'page', hasToken, isOpen: page.unprotected });
  }
  if (metrics.enabled && metrics.port !== undefined)
    mustBeProtected({ host: metrics.host, section: 'metrics', hasToken, isOpen: metrics.open });
  return text === undefined ? undefined : new PageToken(text, placeOf(page.token));
}

/** The token as it is, for one who asks the page. @throws ForetideError SECRET_MISSING */
export async function pageTokenText({ page }: Pick<Served, 'page'>): Promise<string | undefined> {
  if (page.token !== undefined) return readSecret(page.token);
  return process.env[TOKEN_VARIABLE] ? readSecret({ env: TOKEN_VARIABLE }) : undefined;
}

function placeOf(token: SecretSettings | undefined): string {
  if (token === undefined) return `the environment variable ${TOKEN_VARIABLE}`;
  return 'env' in token ? `the environment variable ${token.env}` : `the file ${token.file}`;
}
