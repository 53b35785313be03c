import { access, constants, mkdir, open, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { documentOf } from './document.ts';
import type { Receiver } from './receiver.ts';
import type { RouteOf } from './settings.ts';

const NEWLINE = 0x0a;

/** A file that alerts are appended to: `AlertDocument`, a line each, on the disk when it is told. A line that a crash has cut off stays alone. */
export function file(settings: RouteOf<'file'>): Receiver {
  const { path } = settings;
  return {
    name: `file ${path}`,
    async check() {
      // a folder that is not there is made with the first alert
      const folder = await readdir(dirname(path)).catch((error: unknown) => {
        if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return undefined;
        throw error;
      });
      if (folder) await access(dirname(path), constants.W_OK);
      return [`file ${path}: alerts are appended`];
    },
    async deliver(alert) {
      await mkdir(dirname(path), { recursive: true });
      const handle = await open(path, 'a+');
      try {
        const { size } = await handle.stat();
        const last = size === 0 ? NEWLINE : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0];
        const line = `${JSON.stringify(documentOf(alert, settings))}\n`;
        await handle.appendFile(last === NEWLINE ? line : `\n${line}`);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}
