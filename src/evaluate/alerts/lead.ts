import type { LabelledFailure } from './labels.ts';

/** The failure in whose window this time lies; of several the nearest. */
export function failureAround(
  failures: readonly LabelledFailure[],
  time: number,
): LabelledFailure | undefined {
  return failures
    .filter(({ from, to }) => time >= from && time <= to)
    .toSorted((a, b) => Math.abs(a.at - time) - Math.abs(b.at - time))[0];
}

/** What the alerts of a run were to the failures of one label. */
export class FailureWatch {
  readonly failures: readonly LabelledFailure[];
  readonly #alerts = new Map<LabelledFailure, { readonly first: number; count: number }>();
  #from = Infinity;
  #to = -Infinity;

  constructor(failures: readonly LabelledFailure[]) {
    this.failures = failures;
  }

  /** A reading of this time has come. */
  see(time: number): void {
    this.#from = Math.min(this.#from, time);
    this.#to = Math.max(this.#to, time);
  }

  /** An alert has fired at this time. */
  fire(time: number): void {
    const failure = failureAround(this.failures, time);
    if (!failure) return;
    const known = this.#alerts.get(failure);
    if (known) known.count++;
    else this.#alerts.set(failure, { first: time, count: 1 });
  }

  /** The failures that lie between the readings that have come, each with the time of its first alert (null: none came) and their number. */
  outcomes(): {
    readonly failure: LabelledFailure;
    readonly first: number | null;
    readonly alerts: number;
  }[] {
    return this.failures
      .filter(({ at }) => at >= this.#from && at <= this.#to)
      .map((failure) => {
        const { first = null, count = 0 } = this.#alerts.get(failure) ?? {};
        return { failure, first, alerts: count };
      });
  }
}
