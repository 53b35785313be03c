import { inChild } from './in-child.ts';
import type { SourcesJob, SourcesResult } from './sources-child.ts';

/** Reads a history in a process of its own. */
export function readInChild(job: SourcesJob, execArgv: readonly string[] = []): Promise<SourcesResult> {
  return inChild(new URL('sources-child.ts', import.meta.url), job, { execArgv });
}
