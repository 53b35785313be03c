/** Names that are sorted at a time, so that nothing else waits for long. */
const SLICE = 8192;

/** A pause in which other work of the process may be done. */
export type Breath = () => Promise<void>;

/**
 * The order of many names, numbers in them by their size: `pump 2` before `pump 10`. Names that come later are merged in.
 */
export class NameOrder {
  readonly #names: string[] = [];
  /** By place in `#names`: what they are sorted by, and what they are searched by. */
  readonly #keys: string[] = [];
  readonly #small: string[] = [];
  /** Places, in order. */
  #order: Int32Array = new Int32Array(0);
  /** By place: where it stands in the order. */
  #ranks: Int32Array = new Int32Array(0);

  get length(): number {
    return this.#names.length;
  }

  /** By place: where the name stands in the order. */
  get ranks(): Int32Array {
    return this.#ranks;
  }

  /** In order: places. */
  get order(): Int32Array {
    return this.#order;
  }

  name(place: number): string {
    return this.#names[place]!;
  }

  /** By place: 1 where the name has all of the words, in any case. */
  find(words: readonly string[]): Uint8Array {
    const small = words.map((word) => word.toLowerCase());
    return Uint8Array.from(this.#small, (name) => Number(small.every((word) => name.includes(word))));
  }

  /** Adds names; each is new. */
  async add(names: readonly string[], breathe: Breath): Promise<void> {
    for (let from = 0; from < names.length; from += SLICE) {
      if (from > 0) await breathe();
      const first = this.#names.length;
      for (const name of names.slice(from, from + SLICE)) {
        this.#names.push(name);
        const small = name.toLowerCase();
        this.#small.push(small);
        this.#keys.push(keyOf(small));
      }
      const added = Int32Array.from({ length: this.#names.length - first }, (_, i) => first + i);
      this.#order = this.#merged(this.#order, added.toSorted(this.#compare));
    }
    this.#ranks = new Int32Array(this.#order.length);
    for (let rank = 0; rank < this.#order.length; rank++) this.#ranks[this.#order[rank]!] = rank;
  }

  readonly #compare = (a: number, b: number): number => {
    const [one, other] = [this.#keys[a]!, this.#keys[b]!];
    if (one !== other) return one < other ? -1 : 1;
    return this.#names[a]! < this.#names[b]! ? -1 : 1;
  };

  #merged(a: Int32Array, b: Int32Array): Int32Array {
    const merged = new Int32Array(a.length + b.length);
    let i = 0;
    let j = 0;
    for (let k = 0; k < merged.length; k++) {
      const takesA = j === b.length || (i < a.length && this.#compare(a[i]!, b[j]!) < 0);
      merged[k] = takesA ? a[i++]! : b[j++]!;
    }
    return merged;
  }
}

/** Numbers with zeros before them. */
function keyOf(name: string): string {
  return name.replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}
