import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { closest } from 'fastest-levenshtein';
import { ForetideError } from '../errors.ts';
import type { Pipeline } from '../pipeline.ts';

/** The pipelines that come with Foretide. */
export const BUILT_IN = ['live-forecast', 'anomaly-alerts', 'replay'] as const;

/** What a pipeline may be called: its store's file is named after it. */
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/**
 * A built-in pipeline by its name, or one's own by the path of its module, whose default export it is.
 *
 * @throws ForetideError PIPELINE_NOT_FOUND, PIPELINE_INVALID
 */
export async function findPipeline(nameOrPath: string): Promise<Pipeline> {
  const builtIn = BUILT_IN.find(
    (name) => nameOrPath === name || nameOrPath.replace(/^\.\//, '') === `pipelines/${name}.ts`,
  );
  if (builtIn)
    return load(new URL(`../../pipelines/${builtIn}${EXTENSION}`, import.meta.url).href, nameOrPath);
  if (!existsSync(nameOrPath)) {
    throw new ForetideError('PIPELINE_NOT_FOUND', {
      what: 'No such pipeline',
      expected: `one of ${BUILT_IN.join(', ')}, or the path of a module`,
      got: nameOrPath,
      todo: /[./\\]/.test(nameOrPath) ? 'Check the path.' : `Did you mean ${closest(nameOrPath, BUILT_IN)}?`,
    });
  }
  return load(pathToFileURL(resolve(nameOrPath)).href, nameOrPath);
}

async function load(url: string, where: string): Promise<Pipeline> {
  let module: { default?: unknown };
  try {
    module = (await import(url)) as { default?: unknown };
  } catch (cause) {
    throw new ForetideError('PIPELINE_INVALID', {
      what: 'The pipeline cannot be loaded',
      got: cause instanceof Error ? cause.message : String(cause),
      where,
      cause,
    });
  }
  const found = module.default as Partial<Pipeline> | undefined;
  const missing = (['name', 'about', 'settings', 'defaults', 'topology', 'records'] as const).filter(
    (key) => !found?.[key],
  );
  if (missing.length > 0) {
    throw new ForetideError('PIPELINE_INVALID', {
      what: 'The module does not export a pipeline as default',
      expected: 'export default pipeline({ name, about, settings, defaults, topology, records })',
      got: found ? `one without ${missing.join(', ')}` : 'no default export',
      where,
    });
  }
  if (!NAME.test(String(found?.name))) {
    throw new ForetideError('PIPELINE_INVALID', {
      what: 'The pipeline has a name that it cannot have',
      expected: '1 to 64 of a-z, 0-9 and -',
      got: String(found?.name),
      where,
    });
  }
  return found as Pipeline;
}
