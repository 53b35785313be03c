/** What the times of readings show. */
export interface Cadence {
  readonly series: number;
  readonly readings: number;
  /** ms; NaN where there is none. */
  readonly first: number;
  readonly last: number;
  /** Median over the series of their median step, ms; undefined where none has two readings. */
  readonly step: number | undefined;
  /** Steps of all series, and how many of them are the step of all, within 5 %. */
  readonly steps: number;
  readonly usual: number;
  /** Whether the median steps of the series are alike, within 5 %. */
  readonly isCommon: boolean;
  /** Steps that are longer than one and a half, and the longest, ms. */
  readonly gaps: number;
  readonly longest: number;
  /** Readings at a time that their series has had. */
  readonly duplicates: number;
  /** Readings older than the newest of their series, and how far they lie behind the newest of all, ms. */
  readonly late: number;
  readonly lateness: number;
}

/** The readings of a stretch, as they came. */
export interface Timed {
  readonly series: readonly string[];
  readonly time: readonly number[];
}

const NEAR = 0.05;

/** Steps, gaps and order of readings, stretch by stretch: what lies between two stretches was not looked at. */
export function cadenceOf(stretches: readonly Timed[]): Cadence {
  const names = new Set<string>();
  const deltas = new Map<string, number[]>();
  let [readings, duplicates, late, lateness] = [0, 0, 0, 0];
  let [first, last] = [Infinity, -Infinity];
  for (const { series, time } of stretches) {
    const seen = new Map<string, { readonly times: Set<number>; newest: number }>();
    let watermark = -Infinity;
    series.forEach((name, i) => {
      const t = time[i]!;
      names.add(name);
      readings++;
      first = Math.min(first, t);
      last = Math.max(last, t);
      let one = seen.get(name);
      if (!one) seen.set(name, (one = { times: new Set(), newest: -Infinity }));
      if (one.times.has(t)) duplicates++;
      else if (t < one.newest) {
        late++;
        lateness = Math.max(lateness, watermark - t);
      }
      one.times.add(t);
      one.newest = Math.max(one.newest, t);
      watermark = Math.max(watermark, t);
    });
    for (const [name, { times }] of seen) {
      const sorted = [...times].toSorted((a, b) => a - b);
      let some = deltas.get(name);
      if (!some) deltas.set(name, (some = []));
      for (let i = 1; i < sorted.length; i++) some.push(sorted[i]! - sorted[i - 1]!);
    }
  }
  const medians = [...deltas.values()].flatMap((some) => (some.length > 0 ? [median(some)] : []));
  const step = medians.length > 0 ? median(medians) : undefined;
  let [steps, usual, gaps, longest] = [0, 0, 0, 0];
  for (const some of deltas.values()) {
    for (const delta of some) {
      steps++;
      if (Math.abs(delta - step!) <= NEAR * step!) usual++;
      if (delta > 1.5 * step!) gaps++;
      longest = Math.max(longest, delta);
    }
  }
  return {
    series: names.size,
    readings,
    first: readings > 0 ? first : NaN,
    last: readings > 0 ? last : NaN,
    step,
    steps,
    usual,
    isCommon: medians.every((one) => Math.abs(one - step!) <= NEAR * step!),
    gaps,
    longest,
    duplicates,
    late,
    lateness,
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}
