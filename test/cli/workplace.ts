import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const LIVE = new URL('../../pipelines/live-forecast.ts', import.meta.url).href;

/** A folder in which commands are run, removed at the end of the test file. */
export function workplace() {
  const cwd = mkdtempSync(join(tmpdir(), 'foretide-cli-'));
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));
  return {
    cwd,
    path: (name: string): string => join(cwd, name),
    write: (name: string, content: string | Uint8Array): string => {
      writeFileSync(join(cwd, name), content);
      return join(cwd, name);
    },
  };
}

/** Readings of two series as a CSV, an hour apart. */
export function recording(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const time = new Date(Date.UTC(2026, 0, 1) + Math.floor(i / 2) * 3_600_000).toISOString();
    return `${time},s${i % 2},${(10 * Math.sin(i / 8)).toFixed(3)}\n`;
  });
  return `time,sensor,value\n${lines.join('')}`;
}

/** The source of somebody's own pipeline: live-forecast under another name. */
export function ownPipeline(name = 'mine', more = ''): string {
  return `import live from '${LIVE}';
const about: string = 'A pipeline of my own.';
export default { ...live, name: '${name}', about, ${more} };
`;
}
