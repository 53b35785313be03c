import type { ToldAlert } from './told-alert.ts';

/** Who is told of alerts. */
export interface Receiver {
  /** For messages; never a secret: `slack https://hooks.slack.com`. */
  readonly name: string;
  /** Reaches it without sending anything, and says what it found, one line each. Rejects with what is wrong. */
  check(): Promise<readonly string[]>;
  /**
   * Resolves when the receiver has taken it. May be called again with the same turn of an alert.
   *
   * @param alert that fires, or is resolved: then with severity, reason, channel, score and values of when it fired
   * @throws DeliveryError; errors of the network
   */
  deliver(alert: ToldAlert, stop: AbortSignal): Promise<void>;
  /** For a receiver that forgets what it is not told again: everything that fires now. */
  readonly again?: {
    /** ms */
    readonly every: number;
    tell(alerts: readonly ToldAlert[], stop: AbortSignal): Promise<void>;
  };
}
