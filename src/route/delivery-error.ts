/** Why a receiver has not taken an alert. Everything else that a delivery throws (network, DNS, TLS, time-outs) passes, too. */
export class DeliveryError extends Error {
  /** Whether the same again may succeed: the receiver is away or busy. */
  readonly isPassing: boolean;
  /** How long the receiver asks us to wait, ms; 0: it does not say. */
  readonly retryAfter: number;

  constructor(message: string, { isPassing, retryAfter = 0 }: { isPassing: boolean; retryAfter?: number }) {
    super(message);
    this.name = 'DeliveryError';
    this.isPassing = isPassing;
    this.retryAfter = retryAfter;
  }
}

/**
 * Whether a delivery that failed so is to be tried again. Not when the receiver has refused the alert, and not when we could not even write it
 * (a TypeError of ours, such as a bad header): it would hold up all others for ever.
 */
export function mayPass(error: unknown): boolean {
  if (error instanceof DeliveryError) return error.isPassing;
  return !(error instanceof TypeError || error instanceof RangeError);
}

/** What a receiver or the network said, on one line of at most 300 characters. */
export function saidBy(error: unknown): string {
  // Several addresses were tried: the error that tells of all of them has no message of its own.
  const first: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const message = first instanceof Error ? first.message || first.name : String(first);
  const line = message.replace(/\s+/g, ' ');
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
