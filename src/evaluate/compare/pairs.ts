import { Course } from '../course.ts';
import type { ScoredTarget, SeriesScore } from '../series-score.ts';
import { PairedSeries } from './paired-series.ts';

/** Targets of a series and horizon that wait for the other sides at most: a side with a longer `align.join.wait` is that far behind. */
const MOST_WAITING = 128;

/** What waits of one channel of one series: by horizon, then side. */
interface Lane {
  readonly series: PairedSeries;
  readonly waiting: Map<number, ScoredTarget[][]>;
}

/** What is kept of a partition. */
interface PartitionPairs {
  readonly lanes: Map<string, Lane>;
  /** Those that something has come of since the last time. */
  readonly touched: Set<Lane>;
  /** By horizon, [sides]. */
  readonly courses: Map<number, readonly Course[]>;
}

/**
 * Puts the targets of several sides side by side. Compared are those only that all sides have forecast: the same value of the same series and channel, at the
 * same time, so many steps ahead and of the same instant. What a side has alone is counted and left out.
 */
export class Pairs {
  readonly #sides: number;
  /** Targets of each side, and those that all have. */
  readonly targets: number[];
  #paired = 0;
  #longest = 0;
  #horizons: ReadonlySet<number> | undefined;
  readonly #partitions = new Map<number, PartitionPairs>();

  constructor(sides: number) {
    this.#sides = sides;
    this.targets = Array.from({ length: sides }, () => 0);
  }

  /** Targets that all sides have forecast. */
  get paired(): number {
    return this.#paired;
  }

  /** The longest time between a forecast and its target, ms. */
  get longestLead(): number {
    return this.#longest;
  }

  /** Series with paired targets, by partition, name and channel. */
  get series(): readonly PairedSeries[] {
    return [...this.#partitions.values()]
      .flatMap(({ lanes }) => Array.from(lanes.values(), ({ series }) => series))
      .filter(({ horizons }) => horizons.length > 0)
      .toSorted(
        (a, b) => a.partition - b.partition || inOrder(a.series, b.series) || inOrder(a.channel, b.channel),
      );
  }

  /** How the errors of h steps ahead went, of each side, over all series: summed by partition, so that it does not matter which came first. */
  courses(horizon: number): readonly Course[] {
    const all = Array.from({ length: this.#sides }, () => new Course());
    for (const [, { courses }] of [...this.#partitions].toSorted(([a], [b]) => a - b))
      courses.get(horizon)?.forEach((course, side) => all[side]!.addAll(course));
    return all;
  }

  /** Says which steps ahead all sides forecast, once that is known. */
  know(horizons: readonly number[]): void {
    this.#horizons ??= new Set(horizons);
  }

  /** Takes in a target that a side has forecast. */
  take(side: number, series: SeriesScore, target: ScoredTarget): void {
    this.targets[side]!++;
    if (this.#horizons?.has(target.horizon) === false) return;
    const { lanes, touched } = this.#partition(series.partition);
    const key = `${series.series}\u0000${series.channel}`;
    const lane = lanes.get(key) ?? { series: new PairedSeries(series), waiting: new Map() };
    lanes.set(key, lane);
    touched.add(lane);
    const waiting = lane.waiting.get(target.horizon) ?? Array.from({ length: this.#sides }, () => []);
    lane.waiting.set(target.horizon, waiting);
    waiting[side]!.push(target);
  }

  /** All sides have taken a batch of the partition in: puts together what there is of it. */
  settle(partition: number): void {
    const { touched, courses } = this.#partition(partition);
    for (const { series, waiting } of touched) {
      for (const [horizon, queues] of waiting) {
        if (this.#horizons?.has(horizon) === false) {
          waiting.delete(horizon);
          continue;
        }
        for (const targets of pairsOf(queues)) this.#add(series, targets, courses);
        for (const queue of queues) queue.splice(0, queue.length - MOST_WAITING);
      }
    }
    touched.clear();
  }

  #add(series: PairedSeries, targets: readonly ScoredTarget[], courses: PartitionPairs['courses']): void {
    const [{ time, origin, horizon }] = targets as readonly [ScoredTarget];
    series.add(targets);
    this.#paired++;
    this.#longest = Math.max(this.#longest, time - origin);
    const course = courses.get(horizon) ?? targets.map(() => new Course());
    courses.set(horizon, course);
    targets.forEach((target, side) => course[side]!.add(target));
  }

  #partition(partition: number): PartitionPairs {
    const found = this.#partitions.get(partition) ?? {
      lanes: new Map(),
      touched: new Set(),
      courses: new Map(),
    };
    this.#partitions.set(partition, found);
    return found;
  }
}

/** Takes out of the queues, each in order of time, the targets that stand in all of them; what only some have is dropped as soon as that is sure. */
function* pairsOf(queues: readonly ScoredTarget[][]): Generator<readonly ScoredTarget[]> {
  const at = queues.map(() => 0);
  for (;;) {
    const heads = queues.map((queue, side) => queue[at[side]!]);
    if (!heads.every((head) => head !== undefined)) break;
    const latest = heads.reduce((time, head) => Math.max(time, head.time), -Infinity);
    const [first, ...others] = heads as [ScoredTarget, ...ScoredTarget[]];
    const isSame = others.every(
      ({ time, origin, y }) => time === first.time && origin === first.origin && y === first.y,
    );
    if (isSame) yield heads;
    heads.forEach((head, side) => {
      if (isSame || head.time < latest || heads.every(({ time }) => time === latest)) at[side]!++;
    });
  }
  queues.forEach((queue, side) => queue.splice(0, at[side]));
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
