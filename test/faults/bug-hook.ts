/** Loaded before a worker (`node --import`): puts the bug that SEEDED_BUG names into the sources as they are loaded. */
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { BUGS, withBug } from './bugs.ts';

const bug = process.env['SEEDED_BUG'] ?? '';
const SRC = new URL('../../src/', import.meta.url);
const files = new Map(BUGS[bug]!.changes.map(({ file }) => [new URL(file, SRC).href, file]));

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const file = files.get(url);
    if (file === undefined) return loaded;
    const { source } = loaded;
    if (source === undefined || source === null)
      throw new Error(`${fileURLToPath(url)} was loaded without its text`);
    const text = typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString();
    return { ...loaded, source: withBug(bug, file, text) };
  },
});
