/** Wrong tokens that an address may show in a window. */
const MOST = 10;

/** Length of the window, ms. */
const WINDOW = 60_000;

/** Addresses that are remembered; of more the oldest are forgotten. */
const MOST_ADDRESSES = 10_000;

interface Window {
  readonly until: number;
  count: number;
}

/**
 * Wrong tokens by the address that they came from. After ten within a minute nothing that it shows is looked at until the minute is over; others
 * are not hindered. Behind a proxy all have one address.
 */
export class WrongTokens {
  readonly #windows = new Map<string, Window>();
  readonly #now: () => number;

  /** @param now monotonic, ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How long the address must wait before a token of it is looked at again, in s; 0: it need not. */
  wait(address: string): number {
    const window = this.#windows.get(address);
    const left = window && window.count >= MOST ? window.until - this.#now() : 0;
    return left > 0 ? Math.ceil(left / 1000) : 0;
  }

  count(address: string): void {
    const window = this.#windows.get(address);
    if (window && window.until > this.#now()) {
      window.count++;
      return;
    }
    this.#windows.delete(address);
    if (this.#windows.size >= MOST_ADDRESSES) {
      const [oldest] = this.#windows.keys();
      this.#windows.delete(oldest!);
    }
    this.#windows.set(address, { until: this.#now() + WINDOW, count: 1 });
  }
}
