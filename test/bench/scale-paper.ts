/** What benches have measured, that a plan is computed from. */
export interface ScaleConstants {
  /** `bench scale-out`: of a worker, with state in Kafka and 1,000 series. */
  readonly cpuSecondsPer100k: number;
  /** State of a series in the changelog, bytes. */
  readonly bytesPerSeries: number;
  /** Memory of a worker for a series, bytes. */
  readonly rssPerSeries: number;
  /** Time of one worker to get the state of a series back, s. */
  readonly restoreSecondsPerSeries: number;
  /** `bench growth`: what a reading costs with as many series as a worker has here, against the bench's 1,000. */
  readonly growth: number;
  /** Settings: time between generations, s. */
  readonly generationEvery: number;
  /** Settings: time between commits, and until the group notices that a worker is gone, s. */
  readonly commitEvery: number;
  readonly sessionTimeout: number;
}

/** What is wanted. */
export interface ScalePlan {
  readonly readingsPerSecond: number;
  readonly series: number;
  readonly coresPerMachine: number;
  /** Share of the cores' time that is used while nothing is wrong. */
  readonly load: number;
  readonly partitionsPerWorker: number;
}

/** What that takes; bytes, seconds. */
export interface ScaleOnPaper {
  readonly machines: number;
  /** One for each core. */
  readonly workers: number;
  readonly partitions: number;
  readonly readingsPerSecondOfPartition: number;
  readonly memoryPerMachine: number;
  /** Rows of one partition that change between two commits. */
  readonly rowsPerCommit: number;
  readonly transactionsPerSecond: number;
  readonly stateBytes: number;
  /** By `store.mode`. */
  readonly rows: LossOnPaper;
  readonly generations: LossOnPaper;
}

interface LossOnPaper {
  readonly changelogBytesPerSecond: number;
  /** One machine is lost: until the others have its series as they were committed. */
  readonly secondsUntilRestored: number;
  /** Until no reading waits any more; `Infinity` where the others cannot do it. */
  readonly secondsUntilCaughtUp: number;
}

/**
 * The plan on paper: partitions share nothing, so costs add up; every figure is a product of measured constants. Brokers are not in it: what they
 * must carry is.
 */
export function scaleOnPaper(measured: ScaleConstants, plan: ScalePlan): ScaleOnPaper {
  const { readingsPerSecond: rate, series, coresPerMachine, load, partitionsPerWorker } = plan;
  const cpuPerReading = (measured.cpuSecondsPer100k * measured.growth) / 100_000;
  // one machine is none to spare: what is lost must find room
  const machines = Math.max(2, Math.ceil((rate * cpuPerReading) / load / coresPerMachine));
  const workers = machines * coresPerMachine;
  const partitions = workers * partitionsPerWorker;
  const rowsPerCommit = Math.min(series, rate * measured.commitEvery) / partitions;
  const stateBytes = series * measured.bytesPerSeries;
  const left = workers - coresPerMachine;
  const most = left / cpuPerReading;
  const read = (series / machines / left) * measured.restoreSecondsPerSeries;
  const lose = (again: number, changelogBytesPerSecond: number): LossOnPaper => {
    // the others go on with what is theirs; what is taken in again has what that leaves
    const spare = most - (rate - rate / machines);
    const secondsUntilRestored = measured.sessionTimeout + read + again / spare;
    const waiting = (rate / machines) * secondsUntilRestored;
    return {
      changelogBytesPerSecond,
      secondsUntilRestored,
      secondsUntilCaughtUp: secondsUntilRestored + (most > rate ? waiting / (most - rate) : Infinity),
    };
  };
  return {
    machines,
    workers,
    partitions,
    readingsPerSecondOfPartition: rate / partitions,
    memoryPerMachine: (series / machines) * measured.rssPerSeries,
    rowsPerCommit,
    transactionsPerSecond: partitions / measured.commitEvery,
    stateBytes,
    rows: lose(0, (partitions * rowsPerCommit * measured.bytesPerSeries) / measured.commitEvery),
    generations: lose((rate / machines) * measured.generationEvery, stateBytes / measured.generationEvery),
  };
}
