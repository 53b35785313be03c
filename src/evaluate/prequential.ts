import { ForetideError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import { issuedRows, type IssuedRow } from './issued-rows.ts';
import { Plan } from './plan.ts';
import { rangeText } from './row-range.ts';
import { type ScoredTarget, SeriesScore } from './series-score.ts';
import type { Protocol } from './settings.ts';

/** Told of every target of the scored rows. */
export type TargetListener = (series: SeriesScore, target: ScoredTarget) => void;

/** The scores of all series: takes in the frames that come out of the topologies, in their order. */
export class Prequential {
  readonly #protocol: Protocol;
  readonly #listener: TargetListener | undefined;
  /** By partition, then name and channel. */
  readonly #partitions = new Map<number, Map<string, SeriesScore>>();
  /** What is scored of the steps that are forecast, which are the same in all frames of a run; nothing before the first reading. */
  #plan: Plan | undefined;
  #firstTime = Infinity;
  #lastTime = -Infinity;

  constructor(protocol: Protocol, listener?: TargetListener) {
    this.#protocol = protocol;
    this.#listener = listener;
  }

  get protocol(): Protocol {
    return this.#protocol;
  }

  /** In the order in which they came. */
  get series(): readonly SeriesScore[] {
    return [...this.#partitions.values()].flatMap((names) => [...names.values()]);
  }

  /** Horizons that are reported, ascending; before the first reading those that are asked for. */
  get horizons(): readonly number[] {
    return this.#plan?.horizons ?? this.#protocol.horizons ?? [];
  }

  /** First and newest event time, ms; null before the first reading. */
  get times(): { readonly first: number; readonly last: number } | null {
    return this.#firstTime === Infinity ? null : { first: this.#firstTime, last: this.#lastTime };
  }

  /** Newest event time of a series, ms; undefined where it has none. */
  lastTimeOf(partition: number, series: string): number | undefined {
    const channels = this.#partitions.get(partition)?.values() ?? [];
    return [...channels].find((channel) => channel.series === series)?.lastTime;
  }

  /**
   * @throws ForetideError PIPELINE_INVALID where the frame has no forecasts; SETTINGS_INVALID where a horizon is asked for that is not
   *   forecast
   */
  take(partition: number, frame: Frame): void {
    for (const row of issuedRows(frame)) {
      this.#plan ??= new Plan(this.#protocol, row.horizons);
      const series = this.#seriesOf(partition, row, this.#plan);
      series.take(row, this.#listener && ((target) => this.#listener!(series, target)));
      this.#firstTime = Math.min(this.#firstTime, row.time);
      this.#lastTime = Math.max(this.#lastTime, row.time);
    }
  }

  #seriesOf(partition: number, row: IssuedRow, plan: Plan): SeriesScore {
    const names = this.#partitions.get(partition) ?? new Map<string, SeriesScore>();
    this.#partitions.set(partition, names);
    // a control character is in no name
    const key = row.channel === '' ? row.series : `${row.series}\u0000${row.channel}`;
    const found = names.get(key) ?? new SeriesScore(partition, row, plan);
    names.set(key, found);
    return found;
  }

  /**
   * What the errors of a series are divided by: 1 unless they are standardised.
   *
   * @throws ForetideError SETTINGS_INVALID where the rows to standardise on hold no two different values of it
   */
  unitOf(series: SeriesScore): number {
    const { standardizeOn } = this.#protocol;
    if (standardizeOn === undefined) return 1;
    if (series.deviation > 0) return series.deviation;
    throw new ForetideError('SETTINGS_INVALID', {
      what: `The errors of ${series.series}${series.channel && `.${series.channel}`} cannot be standardised`,
      expected: `different values in the rows ${rangeText(standardizeOn)}`,
      got: 'none',
      where: '--standardize-on',
      todo: 'Take other rows, or leave the column out by --columns.',
    });
  }
}
