/** What a stretch of work took. */
export interface Lap {
  readonly records: number;
  readonly seconds: number;
  /** User and system time of all threads of the process. */
  readonly cpuSeconds: number;
}

/** Times a stream of a known number of records from its first to its end, and its second half, where the code is compiled. */
export class Stopwatch {
  readonly #count: number;
  #seen = 0;
  #first: Mark | undefined;
  #half: Mark | undefined;
  #last: Mark | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  /** The first record is there; calls after the first do nothing. */
  start(): void {
    this.#first ??= mark(0);
  }

  /** So many more records are done. */
  add(records: number): void {
    this.#seen += records;
    if (this.#half === undefined && this.#seen >= this.#count / 2) this.#half = mark(this.#seen);
    if (this.isThrough && this.#last === undefined) this.#last = mark(this.#seen);
  }

  get isThrough(): boolean {
    return this.#seen >= this.#count;
  }

  /** From the first record to now, and from the middle to when the last record was done. */
  stop(): { whole: Lap; secondHalf: Lap } {
    return {
      whole: lap(this.#first!, mark(this.#seen)),
      secondHalf: lap(this.#half!, this.#last!),
    };
  }
}

interface Mark {
  readonly records: number;
  readonly at: number;
  readonly cpu: number;
}

function mark(records: number): Mark {
  const { user, system } = process.cpuUsage();
  return { records, at: performance.now(), cpu: user + system };
}

function lap(from: Mark, to: Mark): Lap {
  return {
    records: to.records - from.records,
    seconds: (to.at - from.at) / 1000,
    cpuSeconds: (to.cpu - from.cpu) / 1e6,
  };
}
