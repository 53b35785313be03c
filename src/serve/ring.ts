/**
 * A table of numbers that keeps only the newest `limit` rows, ascending in their first column: time.
 *
 * It grows by doubling up to the limit and is overwritten in a circle from then on. A row lies in one piece, so that adding
 * one touches one place in memory.
 */
export class Ring {
  readonly #width: number;
  readonly #limit: number;
  /** [capacity × width] */
  #cells: Float64Array;
  #capacity: number;
  /** Row of the table where the oldest is. */
  #first = 0;
  #length = 0;
  #newest = -Infinity;

  constructor(width: number, limit: number) {
    this.#width = width;
    this.#limit = limit;
    this.#capacity = Math.min(limit, 32);
    this.#cells = new Float64Array(this.#capacity * width);
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Adds row `row` of `sources`, one source a column; a source that is not there gives NaN. A row that is not newer than the
   * newest is a repetition and is left out. Says whether it was added.
   */
  push(sources: readonly (Float64Array | undefined)[], row: number): boolean {
    const time = sources[0]![row]!;
    if (time <= this.#newest) return false;
    this.#newest = time;
    if (this.#length === this.#capacity && this.#capacity < this.#limit) this.#grow();
    const start = this.#start(this.#length);
    for (let c = 0; c < this.#width; c++) this.#cells[start + c] = sources[c]?.[row] ?? Number.NaN;
    if (this.#length < this.#capacity) this.#length += 1;
    else this.#first = (this.#first + 1) % this.#capacity;
    return true;
  }

  /** The number in column `column` of row `row`, 0 being the oldest. */
  at(column: number, row: number): number {
    return this.#cells[this.#start(row) + column]!;
  }

  /** The columns of the rows with `from <= time <= to`. */
  between(from: number, to: number): number[][] {
    return this.#columns(
      this.#firstRow((time) => time >= from),
      this.#firstRow((time) => time > to),
    );
  }

  /** The columns of the newest `count` rows. */
  newest(count: number): number[][] {
    return this.#columns(Math.max(0, this.#length - count), this.#length);
  }

  /** Where a row's cells begin. */
  #start(row: number): number {
    return ((this.#first + row) % this.#capacity) * this.#width;
  }

  #columns(start: number, end: number): number[][] {
    const length = Math.max(0, end - start);
    return Array.from({ length: this.#width }, (_, c) =>
      Array.from({ length }, (_row, i) => this.at(c, start + i)),
    );
  }

  /** The first row whose time passes `test`, by halving; `length` where none does. */
  #firstRow(test: (time: number) => boolean): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (test(this.at(0, middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Doubles a table that is full for the first time, so that its oldest row is still its first. */
  #grow(): void {
    this.#capacity = Math.min(this.#limit, this.#capacity * 2);
    const grown = new Float64Array(this.#capacity * this.#width);
    grown.set(this.#cells);
    this.#cells = grown;
  }
}
