/**
 * The standard deviation of the numbers that come, as of a population: divided by n, like the scaler of the papers.
 *
 * B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products", Technometrics 4 (1962).
 */
export class Deviation {
  #count = 0;
  #mean = 0;
  #squares = 0;

  /** 0 of nothing. */
  get value(): number {
    return this.#count > 0 ? Math.sqrt(this.#squares / this.#count) : 0;
  }

  add(number: number): void {
    this.#count++;
    const less = number - this.#mean;
    this.#mean += less / this.#count;
    this.#squares += less * (number - this.#mean);
  }
}
