const DAY = 86_400_000;
/** Stretches that are kept at most. */
const MOST = 64;

/**
 * Σ|e| of several sides over the same targets, by stretches of event time: days of UTC, and twice as long, two becoming one, whenever more than 64 would lie
 * between the first and the last.
 */
export class DayErrors {
  readonly #sides: number;
  #width = DAY;
  #first = 0;
  /** [stretches × sides], and the targets of each. */
  #sums: number[] = [];
  #counts: number[] = [];

  constructor(sides: number) {
    this.#sides = sides;
  }

  /** Length of a stretch, ms: a day times a power of two. */
  get width(): number {
    return this.#width;
  }

  /**
   * @param time of the target, ms
   * @param errors [sides] |e| of each
   */
  add(time: number, errors: readonly number[]): void {
    if (this.#counts.length === 0) this.#first = Math.floor(time / this.#width);
    const at = this.#place(time);
    for (let side = 0; side < this.#sides; side++) this.#sums[at * this.#sides + side]! += errors[side]!;
    this.#counts[at]!++;
  }

  /** The stretches that have targets, ascending, each with Σ|e| by side. Folds to this width, ms, for good: one of its own or a longer one. */
  stretches(width: number): readonly { readonly stretch: number; readonly errors: readonly number[] }[] {
    while (this.#width < width) this.#fold();
    return this.#counts.flatMap((count, i) =>
      count === 0
        ? []
        : [
            {
              stretch: this.#first + i,
              errors: this.#sums.slice(i * this.#sides, (i + 1) * this.#sides),
            },
          ],
    );
  }

  /** Where a time belongs, with room made for it. */
  #place(time: number): number {
    for (;;) {
      const stretch = Math.floor(time / this.#width);
      const first = Math.min(this.#first, stretch);
      const last = Math.max(this.#first + this.#counts.length - 1, stretch);
      if (last - first < MOST) {
        this.#grow(first, last);
        return stretch - first;
      }
      this.#fold();
    }
  }

  #grow(first: number, last: number): void {
    const before = this.#first - first;
    const after = last - first + 1 - before - this.#counts.length;
    if (before > 0) {
      this.#counts.unshift(...zeros(before));
      this.#sums.unshift(...zeros(before * this.#sides));
    }
    if (after > 0) {
      this.#counts.push(...zeros(after));
      this.#sums.push(...zeros(after * this.#sides));
    }
    this.#first = first;
  }

  #fold(): void {
    const [counts, sums, first] = [this.#counts, this.#sums, this.#first];
    this.#width *= 2;
    this.#first = Math.floor(first / 2);
    this.#counts = [];
    this.#sums = [];
    if (counts.length === 0) return;
    this.#grow(this.#first, Math.floor((first + counts.length - 1) / 2));
    counts.forEach((count, i) => {
      const to = Math.floor((first + i) / 2) - this.#first;
      this.#counts[to]! += count;
      for (let side = 0; side < this.#sides; side++)
        this.#sums[to * this.#sides + side]! += sums[i * this.#sides + side]!;
    });
  }
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}
