import { fork } from 'node:child_process';

export interface ChildOptions {
  readonly execArgv?: readonly string[];
  /** Added to our own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Told of each message before the result: one with the field `progress`; `answer` gives the child a message. */
  readonly onProgress?: (progress: unknown, answer: (message: string) => void) => void;
  /** Longest time that it may take, ms; default a quarter of an hour. */
  readonly limit?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

const LIMIT_MS = 900_000;

/**
 * Gives a job to a file of the bench in a process of its own: as its argument, in JSON. The result is its first message without `progress`.
 *
 * @throws Error when it ends without a result
 */
export function inChild<Result>(
  file: URL,
  job: unknown,
  { execArgv = [], environment = {}, onProgress, limit = LIMIT_MS, signal }: ChildOptions = {},
): Promise<Result> {
  const child = fork(file, [JSON.stringify(job)], {
    env: { ...process.env, ...environment },
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=TimeoutNegativeWarning',
      ...execArgv,
    ],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    timeout: limit,
    ...(signal && { signal }),
  });
  return new Promise((resolve, reject) => {
    let result: Result | undefined;
    child.on('message', (message: object) => {
      if ('progress' in message) onProgress?.(message.progress, (text) => child.send(text));
      else result ??= message as Result;
    });
    child.once('error', reject);
    child.once('exit', (code, by) => {
      if (result) resolve(result);
      else reject(new Error(`The child ended with ${by ?? code} and without a result`));
    });
  });
}

/** The child's end of it: gives the result, and ends the process. */
export async function giveResult(result: object): Promise<never> {
  await new Promise<void>((resolve) => process.send!(result, undefined, undefined, () => resolve()));
  process.exit();
}

/** The child's end of it: tells how far it is. */
export function tellProgress(progress: unknown): void {
  process.send!({ progress });
}
