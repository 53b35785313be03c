import { readFileSync } from 'node:fs';

const manifest = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json';

/** The version of Foretide, as its package has it. */
export const { version: VERSION } = JSON.parse(readFileSync(new URL(manifest, import.meta.url), 'utf8')) as {
  readonly version: string;
};
