/**
 * Finds out that nothing comes any more though something should: calls `still` when there was no sign for a whole interval, and again
 * for every further one.
 */
export class Stillness {
  readonly #timer: NodeJS.Timeout;
  #signs = 0;
  #underWay = 0;

  /** @param still its argument: how many intervals in a row have been still */
  constructor(interval: number, still: (times: number) => void) {
    let times = 0;
    this.#timer = setInterval(() => {
      times = this.#signs === 0 && this.#underWay === 0 ? times + 1 : 0;
      this.#signs = 0;
      if (times > 0) still(times);
    }, interval);
    this.#timer.unref();
  }

  sign(): void {
    this.#signs += 1;
  }

  /** Nothing is still while this work is under way. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work;
    } finally {
      this.#underWay -= 1;
      this.sign();
    }
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
