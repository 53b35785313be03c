import type { Decoder } from '../decode/decoder.ts';
import type { Batch, Source, SourceHandler } from './source.ts';
import { WrappedHandler } from './wrapped-handler.ts';
import { WrappedSource } from './wrapped.ts';

/** What a decoder needs before it decodes. */
export type Prepare = NonNullable<Decoder['prepare']>;

/**
 * A source whose batches are handed over once what decoding them needs is there: a schema that a registry has. As long as that is away the source
 * waits, and nothing is lost or refused.
 *
 * A batch that is still waited for when the run is stopped, or when its partition may be another's by now, is not handed over.
 */
export class PreparedSource extends WrappedSource {
  readonly #prepare: Prepare;

  constructor(source: Source, prepare: Prepare) {
    super(source);
    this.#prepare = prepare;
  }

  protected override between(handler: SourceHandler, stop: AbortSignal): SourceHandler {
    return new PreparingHandler(handler, this.#prepare, stop);
  }
}

class PreparingHandler extends WrappedHandler {
  readonly #prepare: Prepare;
  readonly #stop: AbortSignal;
  /** What ends the waiting of each partition that waits. */
  readonly #waiting = new Map<number, AbortController>();

  constructor(handler: SourceHandler, prepare: Prepare, stop: AbortSignal) {
    super(handler);
    this.#prepare = prepare;
    this.#stop = stop;
  }

  override async handle(batch: Batch): Promise<void> {
    if (await this.#isReady(batch)) await super.handle(batch);
  }

  override doubt(partition: number): void {
    this.#waiting.get(partition)?.abort();
    super.doubt(partition);
  }

  async #isReady({ partition, records }: Batch): Promise<boolean> {
    const lost = new AbortController();
    this.#waiting.set(partition, lost);
    const signal = AbortSignal.any([this.#stop, lost.signal]);
    try {
      await this.#prepare(records, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    } finally {
      this.#waiting.delete(partition);
    }
  }
}
