import type { PartitionDigest } from '../digest/partition-digest.ts';

/** How one horizon's forecasts have done so far; null where there is nothing to compare yet. */
export interface HorizonScore {
  /** The horizon as it is tagged, e.g. `06`. */
  readonly h: string;
  /** Mean absolute error divided by that of repeating the last value: 0.77 is 23 % better. */
  readonly againstLast: number | null;
  /** Mean absolute error divided by that of the value one season ago. */
  readonly againstSeason: number | null;
  /** Share of targets that the band held, 0..1. */
  readonly coverage: number | null;
  /** Share of about the newest 1,000 targets of each series, 0..1. */
  readonly liveCoverage: number | null;
}

/** How the main band of one series does at one horizon: one row of `/api/bands`. */
export interface LiveBand {
  /** The horizon as it is tagged, e.g. `06`. */
  readonly h: string;
  /** Targets that had a band. */
  readonly targets: number;
  /** Share of all of them that it held, 0..1. */
  readonly overall: number;
  /** Share of about the newest 1,000 of them. */
  readonly coverage: number;
  /** Mean width over the same, in the series' units. */
  readonly width: number;
}

/** An alert as the page shows it; null where nothing is known of it. */
export interface AlertState {
  /** The same in every run. */
  readonly id: string;
  readonly series: string;
  /** `pending`, `firing`, `resolved`, `dropped`, or `withdrawn` where a late reading has made it none. */
  readonly state: string;
  /** `warning` or `critical`; empty of one that stands since before this run, as are reason and channel. */
  readonly severity: string;
  /** What said so most: see `REASONS`. */
  readonly reason: string;
  readonly channel: string;
  /** Told to nobody. */
  readonly isMuted: boolean;
  /** Event times of what turned it last, and of its beginning, ms. */
  readonly time: number;
  readonly since: number;
  /** The most oddness since then, 0 to 1. */
  readonly score: number;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  /** Of what is novel: the most similar that was there before, and when, ms. */
  readonly nearest: number | null;
  readonly nearestTime: number | null;
  /** How odd it was by each kind of evidence, 0 to 1, those that said something; empty of one that stands since before this run. */
  readonly evidence: Readonly<Record<string, number>>;
}

/** How a replay is: a run over history, which has an end. */
export interface ReplayStatus {
  /** Event time up to which all partitions have been handed over, ms; null before the first reading. */
  readonly position: number | null;
  /** Event time of the next reading, ms; null while it is not known. */
  readonly next: number | null;
  /** `60x`: times as fast as it was; `max`: as fast as it goes. */
  readonly speed: string;
  readonly isPaused: boolean;
  /** Wall time to its end at this speed, s, estimated; null while it cannot be told. */
  readonly secondsLeft: number | null;
}

/** What is done to a replay. */
export type ReplayAction =
  | { readonly action: 'pause' | 'resume' }
  /** The next readings, or a stretch of event time in ms, at once. */
  | { readonly action: 'step'; readonly readings?: number | undefined; readonly time?: number | undefined }
  /** ms of event time in a ms; Infinity: as fast as it goes. */
  | { readonly action: 'speed'; readonly speed: number };

/** How a run is: what the head of the page, its table and `/api/status` show. */
export interface RunStatus {
  readonly pipeline: string;
  readonly state: 'running' | 'done' | 'stopping' | 'failed';
  /** Why it failed or stops, for a person; empty when there is nothing to say. */
  readonly message: string;
  /** Readings since the start of this run. */
  readonly readings: number;
  /** Readings of earlier runs, on whose state this one goes on. */
  readonly earlierReadings: number;
  readonly readingsPerSecond: number;
  readonly series: number;
  readonly partitions: number;
  /** How long what has come has waited for its commit, ms; 0 where nothing waits. */
  readonly waiting: number;
  /** 0..1 of a source that has an end (a file, a replay); null for a live one. */
  readonly progress: number | null;
  /** Event time of the newest reading in milliseconds; null before the first. */
  readonly eventTime: number | null;
  /** Null of a live run. */
  readonly replay: ReplayStatus | null;
  /** How many records and readings were set aside, by reason. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** How often something happened to the forecasts of a series since the start of this run, by its kind; see `EventKind`. */
  readonly events: Readonly<Record<string, number>>;
  /** Alerts that stand, then the last that have ended; null where the pipeline gives none. */
  readonly alerts: readonly AlertState[] | null;
  readonly bytesPerSeries: number;
  readonly model: { readonly name: string; readonly cell: string; readonly hidden: number };
  /** The share of targets that the band aims to hold, e.g. 0.9; null where bands are off. */
  readonly nominalCoverage: number | null;
  /** One row a horizon; empty before the first target has come. */
  readonly summary: readonly HorizonScore[];
  /** Of each partition, with the setting `digest`; that of its state once the run has ended. */
  readonly digests?: readonly PartitionDigest[];
  /** Where the data lies: a folder, a topic, a bucket. */
  readonly data: string;
  /** When this run began, milliseconds of the wall clock. */
  readonly startedAt: number;
}
