import type { GrowthJob, GrowthResult } from './growth-child.ts';
import { inChild } from './in-child.ts';

/** So many series through live-forecast in a process of its own. */
export function growthInChild(job: GrowthJob): Promise<GrowthResult> {
  return inChild(new URL('growth-child.ts', import.meta.url), job, { execArgv: ['--expose-gc'] });
}
