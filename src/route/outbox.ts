import type { Route } from './route.ts';

/** How a route ends. */
export interface Ending {
  /** Nothing is waited for any more: what is there is told as long as the receiver takes it. */
  readonly stop: AbortSignal;
  /** What is under way is given up. */
  readonly giveUp: AbortSignal;
}

/**
 * The alerts that a run has committed, as one route follows them: in order, with a position of its own that moves only when an alert was told, or was
 * refused for good. So each comes at least once, and twice only when we end in between.
 */
export interface Outbox {
  /** A new route begins with what is committed after this. Before the run commits anything. */
  prepare(): Promise<void>;
  /** Hands alerts to the route until it is stopped, whatever fails meanwhile; never rejects. */
  run(route: Route, ending: Ending): Promise<void>;
  /** Something may have been committed. */
  wake(): void;
  /** Turns of alerts that the route has not come to; undefined while it cannot be told. Left out where only a server knows. */
  pending?(): number | undefined;
  close(): Promise<void>;
}
