const START = 64;

/** The last values of a series by step number. A step without a reading holds the value before it. Grows only by `reach`. */
export class History {
  #values = new Float64Array(START);
  #first = Infinity;
  #last = -Infinity;

  /** Makes sure that from now on at least `steps` steps before the newest are kept. */
  reach(steps: number): void {
    if (steps < this.#values.length) return;
    const grown = new Float64Array(2 ** Math.ceil(Math.log2(steps + 1)));
    this.#first = Math.max(this.#first, this.#last - this.#values.length + 1);
    for (let index = this.#first; index <= this.#last; index++) grown[index % grown.length] = this.get(index);
    this.#values = grown;
  }

  /** The value at step `index`; NaN where it is not known, yet or any more. */
  get(index: number): number {
    const { length } = this.#values;
    if (index < this.#first || index > this.#last || index <= this.#last - length) return NaN;
    return this.#values[index % length]!;
  }

  /** The newest value; NaN before there is one. */
  get newest(): number {
    return this.get(this.#last);
  }

  /** Takes in the value of step `index`, which is after all before. */
  push(index: number, value: number): void {
    const { length } = this.#values;
    const held = this.newest;
    for (let gap = Math.max(this.#last + 1, index - length); gap < index; gap++)
      this.#values[gap % length] = held;
    if (this.#first === Infinity) this.#first = index;
    this.#values[index % length] = value;
    this.#last = index;
  }
  /** Takes in that step `index` has no value of its own: it holds the one before, where there is one. */
  hold(index: number): void {
    if (this.#first !== Infinity) this.push(index, this.newest);
  }
}
