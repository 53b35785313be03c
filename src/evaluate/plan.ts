import { ForetideError } from '../errors.ts';
import type { Protocol } from './settings.ts';

/** Which part of a result a target counts for. */
export type Phase = 'score' | 'validation';

/** What is scored: a protocol, applied to the steps ahead that are forecast. */
export class Plan {
  readonly protocol: Protocol;
  /** Steps ahead that are looked at, ascending. */
  readonly steps: readonly number[];
  /** Horizons that are reported, ascending: the same, or with `averageSteps` those up to which the steps are averaged. */
  readonly horizons: readonly number[];
  readonly #placesOf: readonly (readonly number[])[];

  /**
   * @param forecast steps ahead that are forecast, ascending
   * @throws ForetideError SETTINGS_INVALID where a step is needed that is not forecast
   */
  constructor(protocol: Protocol, forecast: readonly number[]) {
    const { horizons = forecast, averageSteps } = protocol;
    const steps = averageSteps ? Array.from({ length: horizons.at(-1)! }, (_, i) => i + 1) : horizons;
    const absent = steps.filter((h) => !forecast.includes(h));
    if (absent.length > 0) {
      throw new ForetideError('SETTINGS_INVALID', {
        what: 'Not all horizons that are to be scored are forecast',
        expected: `steps among ${shortList(forecast)}`,
        got: shortList(absent),
        where: '--horizons',
        todo: 'Raise model.horizon, or take a model that looks as far ahead.',
      });
    }
    this.protocol = protocol;
    this.steps = steps;
    this.horizons = horizons;
    this.#placesOf = steps.map((h) =>
      [...horizons.keys()].filter((j) => (averageSteps ? h <= horizons[j]! : h === horizons[j])),
    );
  }

  /** The places in `horizons` that the step at place s of `steps` counts for. */
  placesOf(s: number): readonly number[] {
    return this.#placesOf[s]!;
  }

  /**
   * The phase that counts what lies in the rows `first` to `last`, both included: a target's own row, wherever its forecast was issued; or
   * with `averageSteps` the rows of a series' readings in a window, which has to lie in the phase as a whole.
   */
  phaseOf(first: number, last: number): Phase | undefined {
    const { score, validate } = this.protocol;
    if (first >= score.from && last <= score.to) return 'score';
    return validate && first >= validate.from && last <= validate.to ? 'validation' : undefined;
  }
}

function shortList(steps: readonly number[]): string {
  const [first = 0, last = 0] = [steps[0], steps.at(-1)];
  const isRun = steps.length > 3 && last - first === steps.length - 1;
  return isRun ? `${first} to ${last}` : steps.join(', ');
}
