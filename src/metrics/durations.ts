import type { Work } from '../traced.ts';

/** A histogram of how long work takes, in seconds. */
export interface Duration {
  readonly work: Work;
  readonly name: string;
  readonly help: string;
  /** Upper bounds, s. */
  readonly buckets: readonly number[];
}

/** From what a local file takes to what a slow server does. */
const OF_COMMITS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Up to what many millions of rows of a changelog take. */
const OF_RESTORES = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** What is timed as it is done. */
export const DURATIONS: readonly Duration[] = [
  {
    work: 'commit',
    name: 'foretide_commit_seconds',
    help: 'Seconds that a commit has taken, all of it: sink, dead letters, store.',
    buckets: OF_COMMITS,
  },
  {
    work: 'sink-write',
    name: 'foretide_sink_write_seconds',
    help: 'Seconds until InfluxDB had the points of a commit, with all repetitions.',
    buckets: OF_COMMITS,
  },
  {
    work: 'restore',
    name: 'foretide_restore_seconds',
    help: 'Seconds until the state of a partition was there again, from the store.',
    buckets: OF_RESTORES,
  },
];
