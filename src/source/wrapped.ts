import type { Source, SourceHandler, SourcePlace } from './source.ts';

/** A source as another one: what is made of it changes what `run` hands over, and nothing else. */
export abstract class WrappedSource implements Source {
  readonly name: string;
  /** Left out where the source cannot tell. */
  readonly span?: NonNullable<Source['span']>;
  readonly ahead?: NonNullable<Source['ahead']>;
  readonly #source: Source;

  constructor(source: Source) {
    this.name = source.name;
    this.#source = source;
    if (source.span) this.span = (stop) => source.span!(stop);
    if (source.ahead) this.ahead = () => source.ahead!();
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
    return this.#source.run(this.between(handler, stop), stop);
  }

  /** What stands between the source and the handler of a run. */
  protected abstract between(handler: SourceHandler, stop: AbortSignal): SourceHandler;
}
