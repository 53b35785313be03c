import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes the folder of a file of state, where it is absent, for this user alone: all that was read lies in it. One that is there stays as it is. */
export function makeOwnFolder(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
}
