import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { freePort } from './free-port.ts';

/** The port that is wanted, else the one that `file` remembers, else a free one; `file` remembers it for the next start. */
export async function keptPort(file: string, wanted?: number): Promise<number> {
  const earlier = existsSync(file) ? Number(await readFile(file, 'utf8')) : undefined;
  const port = wanted ?? earlier ?? (await freePort());
  await writeFile(file, String(port));
  return port;
}
