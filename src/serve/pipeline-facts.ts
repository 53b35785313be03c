/** How one partition of a run does. */
export interface PartitionFacts {
  readonly partition: number;
  /** The offset that the next record is expected at; null when nothing has ever come. */
  readonly position: number | null;
  /** Records that are there and have not been taken in; null where the source has no such number. */
  readonly lag: number | null;
  /** Readings in the committed state, those of earlier runs too. */
  readonly readings: number;
  readonly series: number;
  /** Event time, ms; null before the first reading. */
  readonly eventTime: number | null;
  /** Since the last commit of this run, ms; null before the first. */
  readonly commitAge: number | null;
  /** What it took to get the state back at the opening, s. */
  readonly restoreSeconds: number;
  /** The state of its series. */
  readonly stateBytes: number;
}

/** A record, or one reading of it, that was set aside. */
export interface DeadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly detail: string;
  readonly series: string;
  /** Null of a record without a value. */
  readonly record: ShownBytes | null;
}

/** The beginning of some bytes, as they can be shown. */
export interface ShownBytes {
  readonly form: 'text' | 'hex';
  readonly shown: string;
  /** Number of all bytes; more than `shown` stands for where it was cut. */
  readonly bytes: number;
  readonly isCut: boolean;
}

/** How a route of alerts does. */
export interface RouteFacts {
  readonly name: string;
  readonly receiver: string;
  /** Turns of alerts that were told, and that were refused for good, in this run. */
  readonly told: number;
  readonly refused: number;
  /** Alerts that fire, of those that were told. */
  readonly firing: number;
  /** How long the receiver has been away, s; null where it is there. */
  readonly awaySeconds: number | null;
}

/** How a run does inside: what `/api/pipeline` answers. */
export interface PipelineFacts {
  readonly about: string;
  readonly source: string;
  readonly partitions: readonly PartitionFacts[];
  /** Bytes of the process: resident, JavaScript's heap, and the block that all state lies in. */
  readonly memory: { readonly resident: number; readonly heap: number; readonly state: number };
  /** The latest of this run, newest first. */
  readonly deadLetters: readonly DeadRecord[];
  readonly routes: readonly RouteFacts[];
  readonly model: { readonly fingerprint: string; readonly origin: string; readonly horizon: number };
  /** SHA-256 of what the state depends on; null before a partition was opened. */
  readonly stateFingerprint: string | null;
  readonly arithmetic: number;
  /** Path and value of settings that say what is done; neither addresses nor secrets. */
  readonly settings: readonly (readonly [path: string, value: string])[];
}
