import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that runs as a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  /** Asks it to end, and kills it when it hasn't after 30 s. */
  readonly stop: () => Promise<void>;
  /** As a crash: SIGKILL to its process group. */
  readonly kill: () => Promise<void>;
  /** Resolves when it has ended, in whatever way, to its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** What to run and how to tell that it is ready. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Working folder. */
  readonly cwd: string;
  /** File that its output is added to. */
  readonly log: string;
  /** Asked ten times a second with what has been logged since the start. */
  readonly ready: (logged: string) => boolean | Promise<boolean>;
  /** Variables of its environment; default: ours. */
  readonly env?: NodeJS.ProcessEnv;
  /** How long it may take until it is ready, ms; default 90 s. */
  readonly patience?: number;
}

const readyWithinMs = 90_000;
const stopWithinMs = 30_000;

/**
 * Starts a server and resolves when it is ready.
 *
 * It leads a process group, so that Ctrl-C does not reach it by itself, and never outlives us: a guard kills the group as
 * soon as the pipe from us to the guard closes, however we ended.
 */
export async function startServer({
  command,
  args,
  cwd,
  log,
  ready,
  env = process.env,
  patience = readyWithinMs,
}: ServerCommand): Promise<ServerProcess> {
  const fd = openSync(log, 'a');
  const from = statSync(log).size;
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  await once(child, 'spawn');
  const pid = child.pid!;
  const release = guard(pid);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      release();
      resolve(code);
    });
  });
  const running = () => child.exitCode === null && child.signalCode === null;
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (running()) process.kill(-pid, signal);
    await Promise.race([exited, sleep(stopWithinMs, undefined, { ref: false })]);
    if (running()) process.kill(-pid, 'SIGKILL');
    await exited;
  };
  const logged = () => readFileSync(log).subarray(from).toString();
  const deadline = performance.now() + patience;
  while (!(await ready(logged()))) {
    if (!running() || performance.now() > deadline) {
      const what = running() ? `was not ready in ${patience / 1000} s` : 'ended';
      await end('SIGKILL');
      throw new Error(`${command} ${what}; it logged: ${complaints(logged())}`);
    }
    await sleep(100);
  }
  return { pid, ended: exited, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** What a server says is wrong, else what it said last. */
function complaints(logged: string): string {
  const lines = logged.trim().split('\n');
  const wrong = lines
    .filter((line) => /\b(?:ERROR|FATAL|Error|lvl=error)\b|Exception/.test(line))
    .slice(0, 3);
  return (wrong.length > 0 ? wrong : lines.slice(-3)).join(' | ');
}

/** Kills a process group when this process has ended; the result lets go of it. */
function guard(group: number): () => void {
  const watcher = spawn('sh', ['-c', 'read -r _ || kill -9 "-$0"', String(group)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => {});
  watcher.stdin.on('error', () => {});
  watcher.unref();
  return () => watcher.stdin.end('released\n');
}
