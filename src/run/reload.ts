import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import { differences } from '../store/differences.ts';

/** Sections that a run takes over while it goes on: none of them touches a byte of what it writes. */
const LIVE: ReadonlySet<string> = new Set(['commit', 'ticks', 'snapshots', 'candidate', 'page', 'routes']);

/** Sections that say what a run is connected to, and where it keeps what it has: it must be started anew. */
const AT_START: ReadonlySet<string> = new Set([
  'input',
  'output',
  'deadLetters',
  'store',
  'commands',
  'digest',
  'metrics',
]);

/** What another value of a setting asks for. */
export type Needs = 'nothing' | 'restart' | 'candidate';

/** What it takes to let another value of a setting count; everything that outputs are a function of needs a candidate. */
export function needsOf(path: string): Needs {
  const section = path.split('.', 1)[0]!;
  if (LIVE.has(section)) return 'nothing';
  return AT_START.has(section) ? 'restart' : 'candidate';
}

/**
 * The settings that a run that is under way can take over, by their paths.
 *
 * @throws ForetideError COMMAND_REFUSED where any cannot be taken over so, with the paths of all of them and what each needs
 */
export function reloadable(before: RunSettings, now: RunSettings): readonly string[] {
  const paths = differences(before, now).map(({ path }) => path);
  const others = paths.filter((path) => needsOf(path) !== 'nothing');
  if (others.length === 0) return paths;
  throw new ForetideError('COMMAND_REFUSED', {
    what: 'Not all of the settings can be taken over while the run goes on, so none was',
    got: others.map((path) => `${path} needs a ${needsOf(path)}`).join(', '),
    todo: 'Put these back, start the run anew, or try what needs a candidate with foretide candidate.',
  });
}
