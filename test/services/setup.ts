import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestProject } from 'vitest/node';
import { z } from 'zod';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where serve.ts is asked for a service. */
    services: string;
  }
}

/** Vitest's global setup: one process beside the run keeps the services that test files ask for. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const keeper = fork(new URL('serve.ts', import.meta.url), {
    detached: true, // Ctrl-C must not reach it: it ends by itself when we do.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  keeper.stderr?.pipe(process.stderr);
  const url = await new Promise<string>((resolve, reject) => {
    keeper.once('message', (message) => resolve(z.url().parse(message)));
    keeper.once('exit', () => reject(new Error('test/services/serve.ts ended before it was ready')));
  });
  project.provide('services', url);
  return async () => {
    keeper.disconnect();
    await once(keeper, 'exit');
  };
}
