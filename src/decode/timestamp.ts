/** An instant that a schema says is one: a logical type of Avro, a `google.protobuf.Timestamp`. It is a time, and no observation. */
export class Timestamp {
  /** Since 1970, to the microsecond; digits below are dropped. */
  readonly #ms: number;

  /** @param count since 1970; exact where it is a bigint */
  constructor(count: number | bigint, unit: 'ms' | 'us' | 'ns') {
    if (unit === 'ms') this.#ms = Number(count) + 0;
    else if (unit === 'us') this.#ms = Number(count) / 1000 + 0;
    else this.#ms = Number(BigInt(count) / 1000n) / 1000 + 0;
  }

  /** ms since 1970. */
  get ms(): number {
    return this.#ms;
  }
}
