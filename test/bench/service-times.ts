/** Service times of readings: each is its share of the frame that it went through with. */
export class ServiceTimes {
  readonly #micros: Float64Array;
  #count = 0;
  #begun = 0;

  /** @param most readings that there are room for */
  constructor(most: number) {
    this.#micros = new Float64Array(most);
  }

  /** A batch begins. */
  begin(): void {
    this.#begun = performance.now();
  }

  /** A frame of so many rows is through; what comes next begins now. */
  end(rows: number): void {
    const now = performance.now();
    const each = (1000 * (now - this.#begun)) / rows;
    this.#micros.fill(each, this.#count, this.#count + rows);
    this.#count += rows;
    this.#begun = now;
  }

  /** Median and 99th percentile, µs. */
  figures(): { readonly p50_us: number; readonly p99_us: number } {
    const sorted = this.#micros.slice(0, this.#count).toSorted();
    const at = (share: number): number => Number((sorted[Math.floor(share * this.#count)] ?? NaN).toFixed(1));
    return { p50_us: at(0.5), p99_us: at(0.99) };
  }
}
