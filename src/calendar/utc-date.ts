const HostDate = Date;

/** A Date whose local time is UTC. */
class UtcDate extends HostDate {
  constructor(...given: readonly number[]) {
    // the first form is that of `new Date(year, month, …)`, the only one that looks at the host's zone
    super(...((given.length > 1 ? [HostDate.UTC(...(given as [number, number]))] : given) as [number]));
  }
  override getFullYear(): number {
    return this.getUTCFullYear();
  }
  override getMonth(): number {
    return this.getUTCMonth();
  }
  override getDate(): number {
    return this.getUTCDate();
  }
  override getDay(): number {
    return this.getUTCDay();
  }
  override getHours(): number {
    return this.getUTCHours();
  }
  override getMinutes(): number {
    return this.getUTCMinutes();
  }
  override getSeconds(): number {
    return this.getUTCSeconds();
  }
  override getTimezoneOffset(): number {
    return 0;
  }
}

/**
 * What `compute` gives on a host whose zone is UTC, for code that counts days by the host's local time. `compute` is synchronous:
 * nothing else sees the global `Date` that stands in meanwhile.
 */
export function inUtc<T>(compute: () => T): T {
  const before = globalThis.Date;
  globalThis.Date = UtcDate as DateConstructor;
  try {
    return compute();
  } finally {
    globalThis.Date = before;
  }
}
