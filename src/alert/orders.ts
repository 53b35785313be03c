import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/** What people have said of the alerts of a series. */
export interface Order {
  /** What its oddness has to reach; 0: nothing was said. */
  readonly bar: number;
  /** It is muted before this event time, ms. */
  readonly mutedUntil: number;
}

/** What people have said of each series, in Memory. */
export interface Orders {
  /** What holds for something that is judged at this event time, ms. */
  at(row: number, time: number): Order;
  /** What was said last. */
  newest(row: number): Order;
  /** The caller has announced the change of the row. */
  put(row: number, order: Order): void;
}

/** Orders that hold for all that is judged after they came. */
export class PlainOrders implements Orders {
  readonly #memory: Memory;
  readonly #slot: Slot;
  readonly #bar: number;
  readonly #mutedUntil: number;

  /** @param slot of each series; `bar` and `mutedUntil` say where in it they lie */
  constructor(memory: Memory, slot: Slot, { bar, mutedUntil }: Order) {
    this.#memory = memory;
    this.#slot = slot;
    this.#bar = bar;
    this.#mutedUntil = mutedUntil;
  }

  at(row: number): Order {
    return this.newest(row);
  }

  newest(row: number): Order {
    const { f64 } = this.#memory.view();
    const at = this.#slot.at(row);
    return { bar: f64[at + this.#bar]!, mutedUntil: f64[at + this.#mutedUntil]! };
  }

  put(row: number, { bar, mutedUntil }: Order): void {
    const { f64 } = this.#memory.view();
    const at = this.#slot.at(row);
    f64[at + this.#bar] = bar;
    f64[at + this.#mutedUntil] = mutedUntil;
  }
}

/** Orders of a series that are kept. */
const KEPT = 8;
/** Of an order: the watermark that it came at, and what it says. */
const WIDTH = 3;

/**
 * Orders where late readings are taken in: each holds for what is later than the watermark that it came at, so that readings which are stepped again are
 * judged by what held at their time. They stand apart from the images of a row: nobody takes back what a person has said. Of more than eight of a series
 * the oldest holds for all that is before the second. Before the first holds what was said before late readings were taken in.
 */
export class DatedOrders implements Orders {
  readonly #memory: Memory;
  /** [1 + KEPT × WIDTH] how many, and these, the oldest first. */
  readonly #slot: Slot;
  readonly #watermark: Slot;
  readonly #before: Orders;

  /** @param before what was said before late readings were taken in */
  constructor(memory: Memory, before: Orders) {
    this.#memory = memory;
    this.#before = before;
    this.#slot = memory.apart('alert.orders', 'f64', 1 + KEPT * WIDTH);
    this.#watermark = memory.partition('watermark', 'f64');
  }

  at(row: number, time: number): Order {
    const { f64 } = this.#memory.view();
    let i = this.#count(row) - 1;
    while (i >= 0 && !(time > f64[this.#placeOf(row, i)]!)) i--;
    return this.#order(row, i);
  }

  newest(row: number): Order {
    return this.#order(row, this.#count(row) - 1);
  }

  put(row: number, { bar, mutedUntil }: Order): void {
    const { f64 } = this.#memory.view();
    const from = f64[this.#watermark.at(0)]!;
    const count = this.#count(row);
    const isSame = count > 0 && f64[this.#placeOf(row, count - 1)] === from;
    const first = this.#placeOf(row, 0);
    if (!isSame && count === KEPT) {
      f64.copyWithin(first, first + WIDTH, first + KEPT * WIDTH);
      f64[first] = -Number.MAX_VALUE;
    }
    const place = Math.min(isSame ? count - 1 : count, KEPT - 1);
    f64.set([from, bar, mutedUntil], this.#placeOf(row, place));
    f64[first - 1] = place + 1;
  }

  #count(row: number): number {
    return this.#memory.view().f64[this.#slot.at(row)]!;
  }

  #placeOf(row: number, i: number): number {
    return this.#slot.at(row) + 1 + i * WIDTH;
  }

  #order(row: number, i: number): Order {
    if (i < 0) return this.#before.newest(row);
    const { f64 } = this.#memory.view();
    const at = this.#placeOf(row, i);
    return { bar: f64[at + 1]!, mutedUntil: f64[at + 2]! };
  }
}
