import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { type Log, saying } from '../log.ts';
import { RELOAD, STOP, type WorkerMessage } from './worker-message.ts';
import { SIGNALS } from './signals.ts';

/** Pause before a worker is started again, ms: it doubles with each further failure. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** A worker that has lived so long was well: its next failure is a first one, ms. */
const STEADY = 60_000;

export interface WorkerProcessParts {
  /** From 1. */
  readonly number: number;
  /** Starts the process, with a channel to it. */
  readonly start: (hasBeenUp: boolean) => ChildProcess;
  /** Is told whenever the worker has come up. */
  readonly running: (address: string | null) => void;
  readonly log: Log;
}

/** How a worker has ended that is not started again. */
export interface WorkerEnd {
  /** 0: well. Of a process that was killed 128 + the signal's number, as a shell has it. */
  readonly code: number;
  /** Whether its error is one that starting it again does not cure. */
  readonly isHopeless: boolean;
}

/**
 * One worker of `--workers`, as its parent sees it: a process that is started again, after a pause, when it dies.
 *
 * It is not started again when it ended well, when it was told to stop, and when its error says that doing the same again
 * cannot succeed. An error that nobody foresaw may be cured, as the kill of a machine short of memory is.
 */
export class WorkerProcess {
  /** Resolves when it has ended and is not started again; never rejects. */
  readonly ended: Promise<WorkerEnd>;
  /** Resolves when it has come up for the first time. */
  readonly up: Promise<true>;
  readonly #parts: WorkerProcessParts;
  readonly #up = Promise.withResolvers<true>();
  readonly #stop = new AbortController();
  #child: ChildProcess | undefined;
  #hasBeenUp = false;

  constructor(parts: WorkerProcessParts) {
    this.#parts = parts;
    this.up = this.#up.promise;
    this.ended = this.#live();
  }

  /** Lets it commit what has come, and end. */
  stop(): void {
    this.#stop.abort();
    this.#tellToStop();
  }

  /** Lets it read its settings again; one that is not up reads them when it starts. */
  reload(): void {
    if (this.#child?.connected) this.#child.send(RELOAD, () => undefined);
  }

  /** Ends it at once; `stop` came before. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  async #live(): Promise<WorkerEnd> {
    let failures = 0;
    for (;;) {
      const began = performance.now();
      const end = await this.#once();
      if (end.code === 0 || end.isHopeless || this.#stop.signal.aborted) return end;
      failures = performance.now() - began < STEADY ? failures + 1 : 1;
      const pause = pauseAfter(failures);
      this.#parts.log.warn(
        { worker: this.#parts.number, code: end.code, startsAgainIn: pause / 1000 },
        'A worker has died; it is started again',
      );
      await wait(pause, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.#stop.signal.aborted) return end;
    }
  }

  /** One life of the process. */
  async #once(): Promise<WorkerEnd> {
    let isUp = false;
    let isHopeless = false;
    const child = this.#parts.start(this.#hasBeenUp);
    this.#child = child;
    child.on('message', (message) => {
      const said = message as WorkerMessage;
      if (said.kind === 'failed') {
        isHopeless = !said.canRetry;
        return;
      }
      isUp = true;
      this.#hasBeenUp = true;
      this.#up.resolve(true);
      this.#parts.running(said.address);
    });
    try {
      // the channel may still hold what it said last when the process is gone
      const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
      return { code: codeOf(code as number | null, signal as NodeJS.Signals | null, isUp), isHopeless };
    } catch (error) {
      this.#parts.log.error(
        { worker: this.#parts.number, error: saying(error) },
        'A worker cannot be started',
      );
      return { code: 1, isHopeless: true };
    }
  }

  #tellToStop(): void {
    if (this.#child?.connected) this.#child.send(STOP, () => undefined);
  }
}

/** Milliseconds before a worker is started again that has failed so often in a row. */
export function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
}

/** Whoever asked for the end before the worker could listen has had it: that is well. */
function codeOf(code: number | null, signal: NodeJS.Signals | null, isUp: boolean): number {
  if (signal === null) return code ?? 1;
  return !isUp && SIGNALS.some((asking) => asking === signal) ? 0 : 128 + constants.signals[signal];
}
