/** Numbers of which nobody knows how many will come. */
export class Column<A extends Float32Array | Float64Array> {
  readonly #make: (length: number) => A;
  #numbers: A;
  #length = 0;

  /** @param make gives an array of so many zeros */
  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#numbers = make(0);
  }

  /** Makes room for `count` more, zeros; gives the array to write to and the index of the first of them. */
  extend(count: number): { readonly numbers: A; readonly at: number } {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#numbers.length) {
      const larger = this.#make(Math.max(64, this.#length, Math.ceil(this.#numbers.length * 1.5)));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    return { numbers: this.#numbers, at };
  }

  /** What has come, until the next `extend`. */
  get numbers(): A {
    return this.#numbers.subarray(0, this.#length) as A;
  }
}
