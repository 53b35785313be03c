import { RELOAD, STOP, type WorkerMessage } from './worker-message.ts';

/**
 * A worker's side of the channel to the process that started it.
 *
 * It ends when it is told to, and when the channel ends: a parent that was killed leaves no orphans. Ctrl-C in a terminal reaches
 * every process of it, and is the parent's to answer, which may be asked twice.
 */
export class ParentLink {
  /** Resolves when the worker is to end. */
  readonly stopped: Promise<'stopped'>;
  #reload: () => void = () => undefined;

  constructor() {
    const stopped = Promise.withResolvers<'stopped'>();
    const stop = (): void => stopped.resolve('stopped');
    process.on('message', (message) => {
      if (message === STOP) stop();
      if (message === RELOAD) this.#reload();
    });
    process.on('SIGHUP', () => this.#reload());
    process.once('disconnect', stop);
    process.on('SIGTERM', stop);
    process.on('SIGINT', () => undefined);
    if (!process.connected) stop();
    this.stopped = stopped.promise;
  }

  /** Called when the worker is to read its settings again. */
  onReload(reload: () => void): void {
    this.#reload = reload;
  }

  /** Resolves when the message is on its way; a parent that is gone is told nothing. */
  tell(message: WorkerMessage): Promise<void> {
    return new Promise((resolve) => {
      if (!process.connected) return resolve();
      process.send!(message, undefined, undefined, () => resolve());
    });
  }

  /** Without this the channel keeps the worker up. */
  leave(): void {
    if (process.connected) process.disconnect();
  }
}
