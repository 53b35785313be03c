import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';

/** A folder that holds only so much. */
export interface SmallDisk {
  /** For messages: how it is kept small. */
  readonly kind: string;
  readonly path: string;
  /** Words to put before a command that is to meet the limit. */
  readonly prefix: readonly string[];
  resize(bytes: number): Promise<void>;
  remove(): Promise<void>;
}

const call = promisify(execFile);
/** `ulimit -f` counts these. */
const BLOCK = 512;

/**
 * A file system of its own in memory, which is really full (ENOSPC); where we may not mount one, a limit on the size of files, beyond
 * which writes fail as well (EFBIG).
 */
export async function smallDisk(path: string, bytes: number): Promise<SmallDisk> {
  mkdirSync(path, { recursive: true });
  try {
    await call('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'none', path]);
  } catch {
    return smallFiles(path, bytes);
  }
  return {
    kind: 'a file system that is full',
    path,
    prefix: [],
    resize: async (size) => void (await call('mount', ['-o', `remount,size=${size}`, path])),
    remove: async () => void (await call('umount', ['-l', path])),
  };
}

function smallFiles(path: string, bytes: number): SmallDisk {
  let blocks = Math.ceil(bytes / BLOCK);
  return {
    kind: 'files that may not grow',
    path,
    get prefix() {
      return ['sh', '-c', `ulimit -f ${blocks} && exec "$@"`, 'sh'];
    },
    resize: async (size) => {
      blocks = Math.ceil(size / BLOCK);
    },
    remove: async () => undefined,
  };
}
