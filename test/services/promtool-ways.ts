import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PromtoolService } from './promtool.ts';
import type { Way } from './way.ts';

const run = promisify(execFile);

const installed: Way<PromtoolService> = {
  name: 'a binary of this machine',
  async start() {
    const named = process.env['PROMTOOL'];
    const command = named ?? 'promtool';
    if (await isPromtool(command)) return { service: { command }, stop: async () => {} };
    throw new Error(named ? `${named} is none` : 'none on PATH, and PROMTOOL is not set');
  },
};

/** Debian's package, unpacked into a folder: nothing is installed. */
const debian: Way<PromtoolService> = {
  name: "Debian's package",
  async start() {
    const dir = await mkdtemp(join(tmpdir(), 'foretide-promtool-'));
    const stop = () => rm(dir, { recursive: true, force: true });
    try {
      await run('apt-get', ['download', 'prometheus'], { cwd: dir, timeout: 120_000 }).catch(
        (error: unknown) => {
          throw new Error(`apt-get cannot download it: ${String(error).split('\n').at(-1)}`);
        },
      );
      const deb = (await readdir(dir)).find((name) => name.endsWith('.deb'));
      if (deb === undefined) throw new Error('apt-get has brought nothing');
      await run('dpkg-deb', ['-x', join(dir, deb), dir]);
      const command = join(dir, 'usr/bin/promtool');
      if (await isPromtool(command)) return { service: { command }, stop };
      throw new Error('it does not run');
    } catch (error) {
      await stop();
      throw error;
    }
  },
};

/** The ways to a promtool for the tests, best first. */
export const promtoolWays: readonly Way<PromtoolService>[] = [installed, debian];

async function isPromtool(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    ({ stdout, stderr }) => `${stdout}${stderr}`.includes('promtool, version'),
    () => false,
  );
}
