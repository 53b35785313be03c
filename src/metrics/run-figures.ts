import type { HorizonScore } from '../serve/status.ts';

/** A partition as metrics tell of it. */
export interface PartitionFigures {
  readonly partition: number;
  readonly series: number;
  /** What its state takes. */
  readonly stateBytes: number;
  /** The committed position; null where nothing was ever committed. */
  readonly offset: number | null;
  /** Records that are there and not committed, by what was heard last; undefined where the source cannot tell. */
  readonly lag: number | undefined;
  /** When it was last committed here, ms of the wall clock; undefined before that. */
  readonly committedAt: number | undefined;
  /** How long what has come has waited for its commit, s; 0 where nothing waits. */
  readonly uncommitted: number;
  /** Newest event time, ms; 0 before the first reading. */
  readonly watermark: number;
}

/** A server that is needed, as metrics tell of it. */
export interface AwayFigures {
  /** Attempts that had to be repeated. */
  readonly retries: number;
  /** For how long it has been away, s; 0 while it is there. */
  readonly awaySeconds: number;
}

/** A route as metrics tell of it. */
export interface RouteFigures extends AwayFigures {
  readonly route: string;
  /** Alerts that the receiver has taken, and that it has refused for good. */
  readonly told: number;
  readonly refused: number;
  /** Alerts in the outbox that it has not come to; undefined where that is not known without asking. */
  readonly pending: number | undefined;
}

/** All that metrics read off a run when they are asked for. Counts are since its start, over all that it has committed. */
export interface RunFigures {
  readonly pipeline: string;
  readonly model: { readonly name: string; readonly fingerprint: string };
  readonly isReady: boolean;
  readonly readings: number;
  /** 0..1 of a source that has an end; null for a live one. */
  readonly progress: number | null;
  /** Points by their measurement. */
  readonly points: Readonly<Record<string, number>>;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
  /** How often alerts have turned, by `STATE/SEVERITY`. */
  readonly alertTurns: Readonly<Record<string, number>>;
  /** Alerts that stand, by `STATE/SEVERITY`; null where the pipeline gives none. */
  readonly alerts: Readonly<Record<string, number>> | null;
  readonly failedCommits: number;
  readonly partitions: readonly PartitionFigures[];
  readonly maxStateBytes: number;
  readonly scores: readonly HorizonScore[];
  /** The share of targets that the band is to hold; null where the pipeline has none. */
  readonly level: number | null;
  /** Null where outputs go to the store, or nowhere. */
  readonly sink: AwayFigures | null;
  readonly routes: readonly RouteFigures[];
}
