import { execFile } from 'node:child_process';
import { z } from 'zod';
import { ask } from './ask.ts';

/** A promtool to check metrics and rules with. */
export interface PromtoolService {
  readonly command: string;
}

/**
 * The promtool of this machine: the binary that PROMTOOL names, else the one on PATH, else that of Debian's package prometheus, unpacked where it
 * installs nothing. For use in test files; most want `describeWithPromtool`.
 *
 * @throws ServiceMissing when this machine has none of them.
 */
export async function promtoolService(): Promise<PromtoolService> {
  return ask('/promtool', z.object({ command: z.string() }));
}

/** What promtool says, and whether it is content. @param input for its standard input */
export function promtool(
  { command }: PromtoolService,
  args: readonly string[],
  input = '',
): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, said: `${stdout}${stderr}` });
    });
    child.stdin?.end(input);
  });
}
