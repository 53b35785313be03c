import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** Whether two paths lead to the same file, whatever leads to it. */
export function samePath(one: string, other: string): boolean {
  return whole(one) === whole(other);
}

function whole(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
