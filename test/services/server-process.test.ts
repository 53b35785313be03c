import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startServer } from './server-process.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'foretide-server-'));
});
afterEach(() => rm(dir, { recursive: true }));

const server = (script: string) => ({
  command: process.execPath,
  args: ['-e', script],
  cwd: dir,
  log: join(dir, 'server.log'),
  ready: (logged: string) => logged.includes('ready'),
});
const obstinate = `process.on('SIGTERM', () => {}); setTimeout(() => process.exit(), 30_000);
  const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log('ready', server.address().port));`;

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

describe('startServer', () => {
  test('resolves when the server is ready, and stop when it has ended', async () => {
    const { pid, stop } = await startServer(server(`console.log('ready'); setInterval(() => {}, 1000)`));
    expect(alive(pid)).toBe(true);
    await stop();
    expect(alive(pid)).toBe(false);
    await stop();
  });

  test('kill ends a server that does not want to', async () => {
    const { pid, kill } = await startServer(server(obstinate));
    await kill();
    expect(alive(pid)).toBe(false);
  });

  test('a server that ends before it is ready rejects with what it complained about', async () => {
    const script = `console.log('hello'); console.log('ERROR: no room'); console.log('bye')`;
    await expect(startServer(server(script))).rejects.toThrow('ended; it logged: ERROR: no room');
  });

  test('no server outlives the process that started it, not even when that is killed', async () => {
    const owner = `
      const { startServer } = await import(${JSON.stringify(new URL('server-process.ts', import.meta.url).href)});
      await startServer({ ...${JSON.stringify(server(obstinate))}, ready: (logged) => logged.includes('ready') });
      process.kill(process.pid, 'SIGKILL');`;
    await expect(promisify(execFile)(process.execPath, ['--input-type=module', '-e', owner])).rejects.toThrow(
      'Command failed',
    );
    const port = Number(/ready (\d+)/.exec(await readFile(join(dir, 'server.log'), 'utf8'))?.[1]);
    // Not by its pid, which stays while nobody collects the dead.
    await vi.waitFor(async () => expect(await answers(port)).toBe(false), 10_000);
  });
});
