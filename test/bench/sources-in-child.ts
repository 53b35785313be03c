import { fork } from 'node:child_process';
import type { SourcesJob, SourcesResult } from './sources-child.ts';

/** Reads a history in a process of its own. */
export function readInChild(job: SourcesJob, execArgv: readonly string[] = []): Promise<SourcesResult> {
  const child = fork(new URL('sources-child.ts', import.meta.url), [JSON.stringify(job)], {
    execArgv: ['--disable-warning=ExperimentalWarning', ...execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as SourcesResult));
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`The child ended with ${signal ?? code} and without a result`)),
    );
  });
}
