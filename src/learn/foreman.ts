import { type MessagePort, Worker, workerData } from 'node:worker_threads';
import { SHARD_WORKER } from './shard-worker.ts';
import { SharedWork, type WorkerData } from './shared-work.ts';

/** What the foreman is started with. */
export interface ForemanData {
  readonly foretide: 'foreman';
  /** Threads that it starts. */
  readonly helpers: number;
  readonly work: WorkerData;
  /** Receives a text for each helper that has failed. */
  readonly reports: MessagePort;
}

/**
 * This file, to start a thread with: it starts the helpers and looks after them. The thread that trains sleeps in `Atomics.wait`, where no
 * event reaches it; this one does nothing else, so it hears at once that a helper has thrown, exited or run out of memory.
 */
export const FOREMAN = new URL(import.meta.url);

const given = workerData as ForemanData | null;
if (given?.foretide === 'foreman') lookAfter(given);

function lookAfter({ helpers, work, reports }: ForemanData): void {
  const shared = new SharedWork(work.blocks, work.settings.size);
  const failed = (how: string): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has none
    reports.postMessage(how); // first: whoever hears of the failure reads it
    shared.fail();
  };
  for (let i = 0; i < helpers; i++) {
    const helper = new Worker(SHARD_WORKER, { workerData: work });
    helper.on('error', (error) => failed(String(error)));
    helper.on('exit', (code) => failed(`it ended with exit code ${code}`));
  }
}
