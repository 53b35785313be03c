import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** A file of the page, as it is sent. */
export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A strong validator of the bytes, quoted. */
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
};

/**
 * Every file of the page by name, read once: those in `page/` beside this file (in `src` as in `dist`), and the chart
 * library's own two from where it is installed. Only these names can be asked for.
 */
export function pageAssets(): ReadonlyMap<string, Asset> {
  const page = new URL('./page/', import.meta.url);
  const own = readdirSync(page).filter((name) => extension(name) in TYPES);
  const library = import.meta.resolve('uplot');
  return new Map([
    ...own.map((name) => [name, asset(new URL(name, page))] as const),
    ['uplot.js', asset(new URL('uPlot.esm.js', library))],
    ['uplot.css', asset(new URL('uPlot.min.css', library))],
  ]);
}

function asset(file: URL): Asset {
  const bytes = new Uint8Array(readFileSync(file));
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return { type: TYPES[extension(file.pathname)]!, bytes, etag: `"${digest}"` };
}

function extension(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
