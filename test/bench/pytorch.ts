import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('pytorch.py', import.meta.url));

/**
 * Figures of PyTorch on one thread, measured now on this machine.
 *
 * @param python a Python that has PyTorch
 * @param what what `pytorch.py` is to measure
 */
export function pytorch(python: string, what: readonly string[]): Readonly<Record<string, number>> {
  const text = execFileSync(python, [SCRIPT, ...what], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(text) as Record<string, number>;
}
