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
  mjs: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
};

/** Modules of the page's libraries, as its import map names them. */
const LIBRARIES = [
  ['preact.js', 'preact'],
  ['preact-hooks.js', 'preact/hooks'],
  ['htm.js', 'htm'],
  ['htm-preact.js', 'htm/preact'],
] as const;

/**
 * Every file of the page by name, read once: those in `page/` beside this file (in `src` as in `dist`), and those of its libraries
 * from where they are installed. Only these names can be asked for.
 */
export function pageAssets(): ReadonlyMap<string, Asset> {
  const page = new URL('./page/', import.meta.url);
  const own = readdirSync(page).filter((name) => extension(name) in TYPES);
  const library = import.meta.resolve('uplot');
  return new Map([
    ...own.map((name) => [name, asset(new URL(name, page))] as const),
    ['uplot.js', asset(new URL('uPlot.esm.js', library))],
    ['uplot.css', asset(new URL('uPlot.min.css', library))],
    ...LIBRARIES.map(([name, specifier]) => [name, asset(new URL(import.meta.resolve(specifier)))] as const),
  ]);
}

/** What a Content-Security-Policy calls the inline scripts of a page: `'sha256-…'`. */
export function inlineScriptHashes(page: Asset | undefined): readonly string[] {
  const text = Buffer.from(page?.bytes ?? []).toString();
  const scripts = text.matchAll(/<script(?![^>]*\ssrc=)[^>]*>(?<script>.*?)<\/script>/gs);
  return Array.from(
    scripts,
    ({ groups }) => `'sha256-${createHash('sha256').update(groups!['script']!).digest('base64')}'`,
  );
}

function asset(file: URL): Asset {
  const bytes = new Uint8Array(readFileSync(file));
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return { type: TYPES[extension(file.pathname)]!, bytes, etag: `"${digest}"` };
}

function extension(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
