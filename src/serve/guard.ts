import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { Problem } from './problem.ts';
import type { PageToken } from './token.ts';
import { WrongTokens } from './wrong-tokens.ts';

/** What protects a server. */
export interface Protection {
  /** Left out: whoever reaches it is answered. */
  readonly token?: PageToken | undefined;
  /** Whether `/metrics` is answered without the token. */
  readonly openMetrics?: boolean | undefined;
}

/** How long a browser keeps the cookie, s. */
const KEPT = 30 * 24 * 3600;

const COOKIE = 'foretide-page';

/** For whom comes from another site's link, whose first request has no cookie (SameSite=Strict), and for whom has none yet. */
const ASKED = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Foretide</title>
<h1>This page asks for a token</h1>
<p>Open <code>/?token=…</code> of this address once, with what FORETIDE_PAGE_TOKEN or page.token says; this browser is known from then on.</p>
<p>It is known already? <a href="/">Open the page</a></p></html>
`;

/**
 * Lets through what knows the token: by `Authorization: Bearer`, or by the cookie that a browser gets in exchange for `/?token=…`, which then is
 * sent on to the address without it. `/health/…` is open to all, and tells of nothing but progress.
 *
 * @throws Problem 401; 429 where too many wrong ones came from there
 */
export function guard({ token, openMetrics = false }: Protection): MiddlewareHandler {
  const wrong = new WrongTokens();
  return async (c, next) => {
    const { path } = c.req;
    const isOpen = path.startsWith('/health/') || (openMetrics && path === '/metrics');
    if (token === undefined || isOpen) return next();

    const header = /^bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1];
    const asked = path === '/' ? c.req.query('token') : undefined;
    const cookie = getCookie(c, COOKIE);
    const shown = [header, asked, cookie].filter((one) => one !== undefined);
    const from = addressOf(c);
    if (shown.length > 0) mustNotWait(c, wrong.wait(from));

    if (asked !== undefined && token.isToken(asked)) {
      setCookie(c, COOKIE, token.cookie, {
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        maxAge: KEPT,
      });
      const rest = new URLSearchParams(c.req.query());
      rest.delete('token');
      return c.redirect(rest.size > 0 ? `/?${rest.toString()}` : '/', 303);
    }
    if (header !== undefined && token.isToken(header)) return next();
    if (asked === undefined && cookie !== undefined && token.isCookie(cookie)) return next();

    if (shown.length > 0) wrong.count(from);
    // a page that is still open asks again and again; without it, it shows nothing that would be counted
    if (cookie !== undefined) setCookie(c, COOKIE, '', { path: '/', maxAge: 0 });
    c.header('WWW-Authenticate', 'Bearer realm="foretide"');
    if (path === '/') return c.html(ASKED, 401);
    const message =
      'Expected Authorization: Bearer with the token of the page, or a browser that has opened /?token=…';
    throw new Problem(401, 'TOKEN_REFUSED', message);
  };
}

function mustNotWait(c: Context, seconds: number): void {
  if (seconds === 0) return;
  c.header('Retry-After', String(seconds));
  throw new Problem(
    429,
    'TOO_MANY_TOKENS',
    `Too many wrong tokens came from this address. Wait ${seconds} s`,
  );
}

/** Where a request comes from; what a proxy says of it is not believed. */
function addressOf(c: Context): string {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return incoming?.socket.remoteAddress ?? '';
}
