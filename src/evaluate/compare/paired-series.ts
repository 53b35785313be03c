import type { ScoredTarget, SeriesScore } from '../series-score.ts';
import { addTarget, noSums, type Sums } from '../sums.ts';
import { DayErrors } from './day-errors.ts';

/** What the sides have to say of one horizon of a series, over the targets that all of them forecast. */
export interface PairedHorizon {
  /** [sides] */
  readonly sums: readonly Sums[];
  readonly days: DayErrors;
}

/** One channel of one series, of which all sides forecast the same targets. */
export class PairedSeries {
  readonly partition: number;
  readonly series: string;
  readonly channel: string;
  readonly #horizons = new Map<number, PairedHorizon>();

  constructor({ partition, series, channel }: Pick<SeriesScore, 'partition' | 'series' | 'channel'>) {
    this.partition = partition;
    this.series = series;
    this.channel = channel;
  }

  /** Steps ahead of which there are targets, ascending. */
  get horizons(): readonly number[] {
    return [...this.#horizons.keys()].toSorted((a, b) => a - b);
  }

  /** Undefined where nothing so many steps ahead came due. */
  at(horizon: number): PairedHorizon | undefined {
    return this.#horizons.get(horizon);
  }

  /** @param targets [sides] one target as each side had forecast it */
  add(targets: readonly ScoredTarget[]): void {
    const [{ horizon, time }] = targets as readonly [ScoredTarget];
    const found = this.#horizons.get(horizon) ?? {
      sums: targets.map(noSums),
      days: new DayErrors(targets.length),
    };
    this.#horizons.set(horizon, found);
    targets.forEach((target, side) => addTarget(found.sums[side]!, target));
    found.days.add(
      time,
      targets.map(({ y, yhat }) => Math.abs(y - yhat)),
    );
  }
}
