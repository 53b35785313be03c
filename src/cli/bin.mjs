#!/usr/bin/env node
// Plain JavaScript of any age, so that an old Node can read this far and say what is missing.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  process.stderr.write(
    `foretide needs Node 22.22 or newer; this is ${process.version} (${process.execPath}).\n` +
      'In a clone, `npm ci` brings a Node of its own that `npm start` and `npx foretide` use; elsewhere install a newer Node.\n',
  );
  process.exit(1);
}
// a clone runs its sources as they are; the package has the compiled ones
const source = new URL('./main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../../dist/src/cli/main.js', import.meta.url).href);
