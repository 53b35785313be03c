import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../src/cli/bin.mjs', import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard error without the lines of progress, which a slow machine has and a fast one has not. */
  readonly complaints: string;
}

const PROGRESS = /^(?:\d+ %, )?[\d,]+ (?:readings|points).*\n/gm;

/** A command that is under way. */
export interface Begun {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the match when standard output has it; rejects when the command ends before. */
  says(this: void, pattern: RegExp): Promise<RegExpExecArray>;
}

export interface How {
  /** Where `.foretide/` is made. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of Node itself. */
  readonly node?: readonly string[];
  /** The longest that it may take, ms. */
  readonly timeout?: number;
}

/** Starts the command line as a process of its own, without the settings of the environment around the tests. */
export function begin(args: readonly string[], { cwd, env = {}, node = [], timeout = 60_000 }: How): Begun {
  const outer = Object.entries(process.env).filter(([name]) => !/^(FORETIDE_|NODE_|VITEST)/.test(name));
  const child = spawn(process.execPath, [...node, BIN, ...args], {
    cwd,
    env: { ...Object.fromEntries(outer), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code, signal]): Ended => ({
    code,
    signal,
    stdout,
    stderr,
    complaints: stderr.replaceAll(PROGRESS, ''),
  }));
  return {
    child,
    ended,
    async says(pattern) {
      for (;;) {
        const match = pattern.exec(stdout);
        if (match) return match;
        const more = await Promise.race([once(child.stdout, 'data').then(() => true), ended]);
        if (more !== true && !pattern.test(stdout))
          throw new Error(`It ended without ${pattern}:\n${stdout}\n${stderr}`);
      }
    },
  };
}

/** Runs the command line to its end. */
export function foretide(args: readonly string[], how: How): Promise<Ended> {
  return begin(args, how).ended;
}
