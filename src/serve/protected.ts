import { ForetideError } from '../errors.ts';
import { isLoopback } from './loopback.ts';

/** A server and what protects it. */
export interface Exposure {
  readonly host: string;
  readonly section: 'page' | 'metrics';
  readonly hasToken: boolean;
  /** Whether somebody has said that it need not be protected. */
  readonly isOpen: boolean;
}

/** @throws ForetideError SETTINGS_INVALID for a server that others than this machine reach, and that asks them for nothing */
export function mustBeProtected({ host, section, hasToken, isOpen }: Exposure): void {
  if (hasToken || isOpen || isLoopback(host)) return;
  const open = section === 'page' ? 'page.unprotected: true' : 'metrics.open: true';
  throw new ForetideError('SETTINGS_INVALID', {
    what: `${section === 'page' ? 'The page' : 'The server of metrics'} would answer whoever reaches this machine`,
    expected: 'a token, or an address of this machine only (127.0.0.1, ::1)',
    got: `${host} without a token`,
    where: `${section}.host`,
    todo: `Set FORETIDE_PAGE_TOKEN, or page.token to the place of one (\`openssl rand -hex 32\` makes one). Where something else protects it: ${open}`,
  });
}
