/** The mean of the numbers that come. */
export class Mean {
  #sum = 0;
  #count = 0;

  /** NaN of nothing. */
  get value(): number {
    return this.#sum / this.#count;
  }

  add(number: number): void {
    this.#sum += number;
    this.#count++;
  }
}
