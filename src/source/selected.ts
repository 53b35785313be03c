import type { Decoder } from '../decode/decoder.ts';
import { Readings } from '../decode/readings.ts';
import type { Batch, Source, SourceHandler, SourceRecord } from './source.ts';
import { WrappedHandler } from './wrapped-handler.ts';
import { WrappedSource } from './wrapped.ts';

/**
 * A source of which only records with a reading of a selection are handed over, beside those that cannot be decoded: what is passed over is
 * in no count, but behind the position. A batch may have no record left; it moves the position.
 *
 * Each record is decoded once more than without a selection.
 */
export class SelectedSource extends WrappedSource {
  readonly #decoder: Decoder;

  /** @param decoder that of the selection, see `selectedDecoder` */
  constructor(source: Source, decoder: Decoder) {
    super(source);
    this.#decoder = decoder;
  }

  protected override between(handler: SourceHandler): SourceHandler {
    return new SelectingHandler(handler, this.#decoder);
  }
}

class SelectingHandler extends WrappedHandler {
  readonly #decoder: Decoder;
  readonly #readings: Readings;

  constructor(handler: SourceHandler, decoder: Decoder) {
    super(handler);
    this.#decoder = decoder;
    this.#readings = new Readings(decoder.channels.length);
  }

  override handle(batch: Batch): Promise<void> {
    return super.handle({ ...batch, records: batch.records.filter((record) => this.#isWanted(record)) });
  }

  #isWanted(record: SourceRecord): boolean {
    this.#readings.truncate(0);
    return this.#decoder.decode(record, this.#readings) !== undefined || this.#readings.length > 0;
  }
}
