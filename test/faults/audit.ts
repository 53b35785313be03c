import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startServer } from '../services/server-process.ts';
import type { PartitionState } from './changelog-follower.ts';
import { Violation } from './violation.ts';
import { hookOf, type WorkerParts } from './workers.ts';

const PROGRAM = fileURLToPath(new URL('state-audit.ts', import.meta.url));
/** Longest that it may take, ms. */
const PATIENCE = 300_000;

/** What a worker has of a partition that opens it and takes in again what the stored state does not hold. */
export interface AuditedState {
  /** The position of the stored state; null where there was none. */
  readonly from: number | null;
  readonly series: number;
  /** Of all rows in the order of birth, with their names, and of the partition's slots. */
  readonly sha256: string;
}

/**
 * Opens every partition as a worker would that is started after a round, and holds the state that it comes to against the undisturbed run's.
 *
 * @param expected the undisturbed run's
 * @returns how many records were taken in again
 * @throws Violation
 */
export async function audit(
  { dir, config, env, bug }: WorkerParts,
  expected: readonly PartitionState[],
): Promise<number> {
  const [log, result] = [join(dir, 'audit.log'), join(dir, 'audit.json')];
  const positions = expected.map(({ next }) => next ?? 0);
  const hook = hookOf(bug);
  const server = await startServer({
    command: process.execPath,
    args: [...hook.args, PROGRAM, config, JSON.stringify(positions), result],
    cwd: dir,
    log,
    ready: () => true,
    env: { ...env, ...hook.env },
  });
  const code = await Promise.race([server.ended, sleep(PATIENCE, 'late' as const, { ref: false })]);
  if (code === 'late') await server.kill();
  if (code !== 0) {
    const told =
      code === 'late' ? `${PATIENCE / 1000} s have passed` : readFileSync(log, 'utf8').slice(-2000);
    throw new Violation('I3', `a worker that begins now does not come to the committed state: ${told}`);
  }
  const states = JSON.parse(readFileSync(result, 'utf8')) as AuditedState[];
  let again = 0;
  states.forEach(({ from, series, sha256 }, p) => {
    const other = expected[p]!;
    again += positions[p]! - (from ?? 0);
    if (sha256 === other.sha256) return;
    throw new Violation(
      'I3',
      `partition ${p}, opened at ${from} and brought up to ${positions[p]}: ${series} series, ${sha256.slice(0, 12)}; undisturbed: ${other.series}, ${other.sha256?.slice(0, 12)}`,
    );
  });
  return again;
}
