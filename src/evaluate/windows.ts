import type { Phase, Plan } from './plan.ts';
import { addSums, noSums, type Sums } from './sums.ts';

/**
 * The sums over the windows of one series that are still open, of which it is not known yet in which rows they lie: the window of a horizon
 * H is the H steps after an origin. With `averageSteps` a window counts as a whole or not at all.
 */
export class Windows {
  readonly #plan: Plan;
  /** [places][horizons] */
  readonly #sums: readonly (readonly Sums[])[];
  /** [places] row of the series' first reading after the origin. */
  readonly #first: Float64Array;

  /** @param places of origins that are kept */
  constructor(plan: Plan, places: number) {
    this.#plan = plan;
    this.#sums = Array.from({ length: places }, () => plan.horizons.map(noSums));
    this.#first = new Float64Array(places);
  }

  /** The series has a reading in this row, the first after the origin. */
  begin(place: number, row: number): void {
    this.#first[place] = row;
  }

  /** What is summed over the window of the horizon at place j. */
  sums(place: number, j: number): Sums {
    return this.#sums[place]![j]!;
  }

  /** The phase that the window counts for whose last reading is in this row. */
  phaseOf(place: number, row: number): Phase | undefined {
    return this.#plan.phaseOf(this.#first[place]!, row);
  }

  /** Ends the window whose last reading is in this row: adds it where it counts. The place is free then. */
  end(place: number, j: number, row: number, to: Readonly<Record<Phase, readonly Sums[]>>): void {
    const phase = this.phaseOf(place, row);
    const sums = this.sums(place, j);
    if (phase !== undefined) addSums(to[phase][j]!, sums);
    Object.assign(sums, noSums());
  }
}
