import type { ErrorCode } from '../errors.ts';

/** A worker is up. */
interface Running {
  readonly kind: 'running';
  /** Of its page; null without one. */
  readonly address: string | null;
}

/** A worker ends with an error. */
interface Failed {
  readonly kind: 'failed';
  /** Null: an error that nobody foresaw. */
  readonly code: ErrorCode | null;
  /** Whether starting it again may help. */
  readonly canRetry: boolean;
}

/** What a worker tells the process that started it, over their channel. */
export type WorkerMessage = Running | Failed;

/** What a worker is told: to commit what has come, and to end. The end of the channel says the same. */
export const STOP = 'stop';

/** What a worker is told: to read its settings again. */
export const RELOAD = 'reload';
