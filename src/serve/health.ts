import type { Hono } from 'hono';
import type { RunStatus } from './status.ts';

/** Without a commit of what has come for so long a run makes no progress, ms. */
const LONGEST_WAIT = 60_000;

/** What readiness is told by. */
export type Progress = Pick<RunStatus, 'state' | 'partitions' | 'readings' | 'waiting'>;

/** Whether a run makes progress: it has not failed, and what has come has not waited for its commit for a minute. */
export function isReady({ state, waiting }: Pick<Progress, 'state' | 'waiting'>): boolean {
  return state !== 'failed' && waiting < LONGEST_WAIT;
}

/** `/health/live` answers as long as the process does, `/health/ready` is 503 where the run makes no progress. */
export function addHealth(app: Hono, status: () => Progress): void {
  app.get('/health/live', (c) => c.json({ status: 'live' }));
  app.get('/health/ready', (c) => {
    const { state, partitions, readings, waiting } = status();
    const ready = isReady({ state, waiting });
    const facts = {
      status: ready ? 'ready' : 'stalled',
      state,
      partitions,
      readings,
      waiting: Math.round(waiting),
    };
    return c.json(facts, ready ? 200 : 503);
  });
}
