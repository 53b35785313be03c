import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder of files for the tests of one test file, removed at their end; gives the path of each file that it writes. */
export function recordings(): (content: string | Uint8Array, name?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'foretide-recording-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let count = 0;
  return (content, name = 'data') => {
    const path = join(folder, `${count++}-${name}`);
    writeFileSync(path, content);
    return path;
  };
}
