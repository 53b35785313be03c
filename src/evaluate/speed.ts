import type { Decoder, Refusal } from '../decode/decoder.ts';
import type { Readings } from '../decode/readings.ts';
import type { SourceRecord } from '../source/source.ts';

/** How long the topology took, in µs of wall time per reading. */
export interface Speed {
  /** Median over the chunks that the source handed over, and mean over all; decoding included. */
  readonly median: number | null;
  readonly mean: number | null;
  /** The same without the decoder. */
  readonly medianWithoutDecode: number | null;
  readonly meanWithoutDecode: number | null;
  readonly chunks: number;
}

/** A decoder that is timed. */
export class TimedDecoder implements Decoder {
  readonly channels: readonly string[];
  readonly #decoder: Decoder;
  #ms = 0;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
    this.channels = decoder.channels;
  }

  /** What decoding has taken so far, ms. */
  get ms(): number {
    return this.#ms;
  }

  decode(record: SourceRecord, out: Readings): Refusal | undefined {
    const start = performance.now();
    const refusal = this.#decoder.decode(record, out);
    this.#ms += performance.now() - start;
    return refusal;
  }
}

/** Gathers what the chunks took. */
export class SpeedMeter {
  readonly #whole: number[] = [];
  readonly #without: number[] = [];
  #readings = 0;
  #ms = 0;
  #decodeMs = 0;

  /** @param readings that came out of the topology */
  add(readings: number, ms: number, decodeMs: number): void {
    if (readings === 0) return;
    this.#whole.push((ms / readings) * 1000);
    this.#without.push(((ms - decodeMs) / readings) * 1000);
    this.#readings += readings;
    this.#ms += ms;
    this.#decodeMs += decodeMs;
  }

  get speed(): Speed {
    const mean = (ms: number): number | null => (this.#readings > 0 ? (ms / this.#readings) * 1000 : null);
    return {
      median: median(this.#whole),
      mean: mean(this.#ms),
      medianWithoutDecode: median(this.#without),
      meanWithoutDecode: mean(this.#ms - this.#decodeMs),
      chunks: this.#whole.length,
    };
  }
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
