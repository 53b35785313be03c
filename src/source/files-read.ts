import type { RunSettings } from '../config/run-settings.ts';
import { filePath } from './file-path.ts';

/** The files that readings come from, so that nobody writes over them; none of a server's. */
export function filesRead(input: RunSettings['input']): readonly string[] {
  if (input.kind === 'file') return input.paths.map(filePath);
  return input.kind === 'sqlite' ? [input.path] : [];
}
