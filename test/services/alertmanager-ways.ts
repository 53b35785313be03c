import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AlertmanagerService } from './alertmanager.ts';
import { freePort } from './free-port.ts';
import { startServer } from './server-process.ts';
import type { Started, Way } from './way.ts';

const run = promisify(execFile);

const environment: Way<AlertmanagerService> = {
  name: 'ALERTMANAGER_URL',
  async start() {
    const url = process.env['ALERTMANAGER_URL'];
    if (!url) throw new Error('not set');
    return { service: { url }, stop: async () => {} };
  },
};

const installed: Way<AlertmanagerService> = {
  name: 'a binary of this machine',
  async start() {
    const named = process.env['ALERTMANAGER'];
    for (const name of named ? [named] : ['prometheus-alertmanager', 'alertmanager'])
      if (await isAlertmanager(name)) return startIn(() => Promise.resolve([name]));
    throw new Error(named ? `${named} is none` : 'none on PATH, and ALERTMANAGER is not set');
  },
};

/**
 * What runs the binary of an unpacked package: it insists on its templates below /usr/share, so that it sees them there, and it alone: in a user and
 * mount namespace of its own.
 */
const UNPACKED = `mount -t overlay overlay -o "lowerdir=$0/usr/share:/usr/share" /usr/share &&
  exec "$0/usr/bin/prometheus-alertmanager" "$@"`;

/** Debian's package, unpacked into a folder: nothing is installed. */
const debian: Way<AlertmanagerService> = {
  name: "Debian's package",
  start: () =>
    startIn(async (dir) => {
      await run('apt-get', ['download', 'prometheus-alertmanager'], { cwd: dir, timeout: 120_000 }).catch(
        (error: unknown) => {
          throw new Error(`apt-get cannot download it: ${String(error).split('\n').at(-1)}`);
        },
      );
      const deb = (await readdir(dir)).find((name) => name.endsWith('.deb'));
      if (deb === undefined) throw new Error('apt-get has brought nothing');
      await run('dpkg-deb', ['-x', join(dir, deb), dir]);
      return ['unshare', '-rm', 'sh', '-c', UNPACKED, dir];
    }),
};

/** The ways to an Alertmanager for the tests, best first. */
export const alertmanagerWays: readonly Way<AlertmanagerService>[] = [environment, installed, debian];

async function isAlertmanager(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    ({ stdout, stderr }) => `${stdout}${stderr}`.includes('alertmanager, version'),
    () => false,
  );
}

/** Starts one on loopback that tells nobody of its alerts. */
async function startIn(
  find: (dir: string) => Promise<readonly string[]>,
): Promise<Started<AlertmanagerService>> {
  const dir = await mkdtemp(join(tmpdir(), 'foretide-alertmanager-'));
  const clean = () => rm(dir, { recursive: true, force: true });
  try {
    const [command = '', ...before] = await find(dir);
    const config = join(dir, 'alertmanager.yml');
    await writeFile(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
    const address = `127.0.0.1:${await freePort()}`;
    const url = `http://${address}`;
    const { kill } = await startServer({
      command,
      args: [
        ...before,
        `--config.file=${config}`,
        `--storage.path=${join(dir, 'data')}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ],
      cwd: dir,
      log: join(dir, 'alertmanager.log'),
      ready: () =>
        fetch(`${url}/-/ready`).then(
          (response) => response.ok,
          () => false,
        ),
    });
    return { service: { url }, stop: () => kill().then(clean) };
  } catch (error) {
    await clean();
    throw error;
  }
}
