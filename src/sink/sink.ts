import type { DeadLetter } from '../frame.ts';
import type { Outage } from '../outage.ts';
import type { Points } from './points.ts';

/** Where points go that the store's transaction cannot hold (InfluxDB, a webhook). Written before the commit, idempotently. */
export interface Sink {
  /** For messages: `influxdb http://127.0.0.1:8086 bucket sensors`. */
  readonly name: string;
  /** How often its server was not there, and for how long it has been away. Left out where there is none. */
  readonly outage?: Pick<Outage, 'seconds' | 'failures'> | undefined;
  /** Reaches the server and says what it found, one line each; throws a ForetideError that says what is wrong. */
  check(): Promise<readonly string[]>;
  /**
   * Resolves when every point is durable, however long the server is away (that pauses the source), or was refused for good:
   * those come back as dead letters. Writing the same points again changes nothing.
   *
   * @throws ForetideError where waiting does not help: bad credentials, no such bucket.
   */
  write(points: readonly Points[], stop: AbortSignal): Promise<readonly DeadLetter[]>;
  /** Ends its connections. Nothing is written after it. */
  close(): Promise<void>;
}
