import { ForetideError } from '../errors.ts';
import { Pairs } from '../evaluate/compare/pairs.ts';
import type { PairedSeries } from '../evaluate/compare/paired-series.ts';
import { geometricMean } from '../evaluate/metrics.ts';
import { Prequential } from '../evaluate/prequential.ts';
import { protocolFrom } from '../evaluate/settings.ts';
import type { Frame } from '../frame.ts';
import { horizonTag } from '../forecast/horizon-tag.ts';

/** How a side has done at one horizon; null where there is nothing to say yet. */
export interface SideScore {
  /** Mean absolute error divided by that of repeating the last value, the geometric mean over the series. */
  readonly againstLast: number | null;
  /** Share of the targets with a band that it held, 0..1. */
  readonly coverage: number | null;
}

/** Old against new at one horizon, over the targets that both forecast. */
export interface PairedScore {
  /** As it is tagged, e.g. `06`. */
  readonly h: string;
  /** Targets of all series. */
  readonly n: number;
  readonly old: SideScore;
  readonly new: SideScore;
  /** Error of the new divided by that of the old, the geometric mean over the series: .98 is 2 % better. */
  readonly ratio: number | null;
}

/** The scores of a task and of one that runs along with it, over the same targets. */
export class PairedScores {
  readonly #pairs = new Pairs(2);
  readonly #sides: readonly Prequential[];
  readonly #partition: number;
  #isKnown = false;

  constructor(partition: number) {
    this.#partition = partition;
    this.#sides = [0, 1].map(
      (side) => new Prequential(protocolFrom({}), (series, target) => this.#pairs.take(side, series, target)),
    );
  }

  /** By name and channel. */
  get series(): readonly PairedSeries[] {
    return this.#pairs.series;
  }

  /** Takes in what came out of the old (0) or the new (1). @throws ForetideError PIPELINE_INVALID where a frame has no forecasts */
  take(side: 0 | 1, frame: Frame): void {
    this.#sides[side]!.take(this.#partition, frame);
  }

  /** Both have taken in the same. @throws ForetideError SETTINGS_INVALID where there is no horizon that both forecast */
  settle(): void {
    this.#know();
    this.#pairs.settle(this.#partition);
  }

  #know(): void {
    const [old, young] = this.#sides.map(({ horizons }) => horizons) as [
      readonly number[],
      readonly number[],
    ];
    if (this.#isKnown || old.length === 0 || young.length === 0) return;
    const shared = old.filter((horizon) => young.includes(horizon));
    if (shared.length === 0) {
      throw new ForetideError('SETTINGS_INVALID', {
        what: 'There are no steps ahead that both forecast',
        expected: `some of ${old.join(' ')}`,
        got: young.join(' '),
        where: 'forecast.horizons',
      });
    }
    this.#pairs.know(shared);
    this.#isKnown = true;
  }
}

/** Old against new by horizon, over the series of all partitions. */
export function pairedScores(series: readonly PairedSeries[]): readonly PairedScore[] {
  const horizons = [...new Set(series.flatMap((one) => one.horizons))].toSorted((a, b) => a - b);
  return horizons.map((horizon) => {
    const sums = series.flatMap((one) => {
      const found = one.at(horizon);
      return found ? [found.sums] : [];
    });
    const side = (s: number): SideScore => {
      const bands = sums.reduce((total, each) => total + each[s]!.bands, 0);
      const covered = sums.reduce((total, each) => total + each[s]!.covered, 0);
      return {
        againstLast: geometricMean(sums.map((each) => quotient(each[s]!.error, each[s]!.last))),
        coverage: bands > 0 ? covered / bands : null,
      };
    };
    return {
      h: horizonTag(horizon),
      n: sums.reduce((total, each) => total + each[0]!.count, 0),
      old: side(0),
      new: side(1),
      ratio: geometricMean(sums.map((each) => quotient(each[1]!.error, each[0]!.error))),
    };
  });
}

function quotient(a: number, b: number): number | null {
  return a > 0 && b > 0 ? a / b : null;
}
