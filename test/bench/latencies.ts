import { build, type Histogram } from 'hdr-histogram-js';

/** Milliseconds. */
export interface Percentiles {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

const MOST_MICROS = 3600e6;

/** How long something took, many times; to three digits. */
export class Latencies {
  readonly #micros: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MOST_MICROS,
    numberOfSignificantValueDigits: 3,
  });

  /** @param ms what lies before its beginning, by clocks that differ, counts as none */
  add(ms: number): void {
    this.#micros.recordValue(Math.min(MOST_MICROS, Math.max(0, Math.round(1000 * ms))));
  }

  percentiles(): Percentiles {
    const at = (percentile: number): number => this.#micros.getValueAtPercentile(percentile) / 1000;
    return { mean: this.#micros.mean / 1000, p50: at(50), p99: at(99), p999: at(99.9) };
  }
}
