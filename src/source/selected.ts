import type { Decoder } from '../decode/decoder.ts';
import { Readings } from '../decode/readings.ts';
import type { Source, SourceHandler, SourcePlace, SourceRecord } from './source.ts';

/**
 * A source of which only records with a reading of a selection are handed over, beside those that cannot be decoded: what is passed over is
 * in no count, but behind the position. A batch may have no record left; it moves the position.
 *
 * Each record is decoded once more than without a selection.
 */
export class SelectedSource implements Source {
  readonly name: string;
  /** Left out where the source cannot tell. */
  readonly span?: NonNullable<Source['span']>;
  readonly ahead?: NonNullable<Source['ahead']>;
  readonly #source: Source;
  readonly #decoder: Decoder;
  readonly #readings: Readings;

  /** @param decoder that of the selection, see `selectedDecoder` */
  constructor(source: Source, decoder: Decoder) {
    this.name = source.name;
    this.#source = source;
    if (source.span) this.span = (stop) => source.span!(stop);
    if (source.ahead) this.ahead = () => source.ahead!();
    this.#decoder = decoder;
    this.#readings = new Readings(decoder.channels.length);
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
    const selecting: SourceHandler = {
      open: (partition) => handler.open(partition),
      handle: (batch) =>
        handler.handle({ ...batch, records: batch.records.filter((record) => this.#isWanted(record)) }),
      lose: (partition) => handler.lose(partition),
      ...(handler.end && { end: (partition: number) => handler.end!(partition) }),
      ...(handler.merges && { merges: () => handler.merges!() }),
      ...(handler.doubt && { doubt: (partition: number) => handler.doubt!(partition) }),
      ...(handler.drain && { drain: () => handler.drain!() }),
      ...(handler.onCommitted && {
        onCommitted: (listener: (partition: number, next: number) => void) => handler.onCommitted!(listener),
      }),
      ...(handler.onBroken && {
        onBroken: (listener: (partition: number, error: unknown) => void) => handler.onBroken!(listener),
      }),
    };
    return this.#source.run(selecting, stop);
  }

  #isWanted(record: SourceRecord): boolean {
    this.#readings.truncate(0);
    return this.#decoder.decode(record, this.#readings) !== undefined || this.#readings.length > 0;
  }
}
