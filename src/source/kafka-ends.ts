import type { KafkaRange } from './kafka-range.ts';

/** How far a range with an end has come, by partition. */
export class KafkaEnds {
  readonly #begins: ReadonlyMap<number, number>;
  readonly #ends: ReadonlyMap<number, number>;
  readonly #next = new Map<number, number>();

  constructor({ begins, kept }: KafkaRange, ends: ReadonlyMap<number, number>) {
    this.#ends = ends;
    this.#begins = new Map(
      Array.from(this.#ends.keys(), (partition) => [
        partition,
        begins.get(partition) ?? kept.get(partition)?.low ?? 0,
      ]),
    );
  }

  /** The offset that the partition ends before; a partition that came into being since is not part of the range. */
  of(partition: number): number {
    return this.#ends.get(partition) ?? 0;
  }

  /** Everything before `next` has been handed over, or was never there. */
  note(partition: number, next: number): void {
    this.#next.set(partition, next);
  }

  /** What was handed over of it and not committed is dropped: it has to be opened again. */
  forget(partition: number): void {
    this.#next.delete(partition);
  }

  /** Whether the partition is open and at its end. */
  has(partition: number): boolean {
    return (this.#next.get(partition) ?? -1) >= this.of(partition);
  }

  get all(): boolean {
    return [...this.#ends.keys()].every((partition) => this.has(partition));
  }

  /** Share of the range's offsets that lies behind, 0 to 1. */
  progress(): number {
    let total = 0;
    let done = 0;
    for (const [partition, end] of this.#ends) {
      const begin = this.#begins.get(partition)!;
      total += Math.max(0, end - begin);
      done += Math.max(0, Math.min(end, this.#next.get(partition) ?? begin) - begin);
    }
    return total === 0 ? Number(this.all) : done / total;
  }
}
