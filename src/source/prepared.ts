import type { Decoder } from '../decode/decoder.ts';
import type { Batch, Source, SourceHandler, SourcePlace } from './source.ts';

/** What a decoder needs before it decodes. */
export type Prepare = NonNullable<Decoder['prepare']>;

/**
 * A source whose batches are handed over once what decoding them needs is there: a schema that a registry has. As long as that is away the source
 * waits, and nothing is lost or refused.
 *
 * A batch that is still waited for when the run is stopped, or when its partition may be another's by now, is not handed over.
 */
export class PreparedSource implements Source {
  readonly name: string;
  /** Left out where the source cannot tell. */
  readonly span?: NonNullable<Source['span']>;
  readonly ahead?: NonNullable<Source['ahead']>;
  readonly #source: Source;
  readonly #prepare: Prepare;

  constructor(source: Source, prepare: Prepare) {
    this.name = source.name;
    this.#source = source;
    if (source.span) this.span = (stop) => source.span!(stop);
    if (source.ahead) this.ahead = () => source.ahead!();
    this.#prepare = prepare;
  }

  check(): Promise<readonly string[]> {
    return this.#source.check();
  }

  progress(): number | undefined {
    return this.#source.progress?.();
  }

  begins(places: ReadonlyMap<number, SourcePlace>): void {
    this.#source.begins?.(places);
  }

  exhausted(): Promise<ReadonlyMap<number, number>> {
    return this.#source.exhausted?.() ?? Promise.resolve(new Map());
  }

  run(handler: SourceHandler, stop: AbortSignal): Promise<void> {
    /** What ends the waiting of each partition that waits. */
    const waiting = new Map<number, AbortController>();
    const isReady = async ({ partition, records }: Batch): Promise<boolean> => {
      const lost = new AbortController();
      waiting.set(partition, lost);
      const signal = AbortSignal.any([stop, lost.signal]);
      try {
        await this.#prepare(records, signal);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        throw error;
      } finally {
        waiting.delete(partition);
      }
    };
    const preparing: SourceHandler = {
      open: (partition) => handler.open(partition),
      handle: async (batch) => {
        if (await isReady(batch)) await handler.handle(batch);
      },
      lose: (partition) => handler.lose(partition),
      doubt: (partition) => {
        waiting.get(partition)?.abort();
        handler.doubt?.(partition);
      },
      ...(handler.end && { end: (partition: number) => handler.end!(partition) }),
      ...(handler.merges && { merges: () => handler.merges!() }),
      ...(handler.drain && { drain: () => handler.drain!() }),
      ...(handler.onCommitted && {
        onCommitted: (listener: (partition: number, next: number) => void) => handler.onCommitted!(listener),
      }),
      ...(handler.onBroken && {
        onBroken: (listener: (partition: number, error: unknown) => void) => handler.onBroken!(listener),
      }),
    };
    return this.#source.run(preparing, stop);
  }
}
