/** Rows while a frame is being aligned: growing columns. A reading may put out none, one, or several rows of its series. */
export class AlignedRows {
  /** Row of the frame whose reading put each out. */
  readonly from: number[] = [];
  readonly time: number[] = [];
  /** [length × channels] */
  readonly value: number[] = [];
  readonly index: number[] = [];
  readonly gap: number[] = [];
  readonly step: number[] = [];
  readonly restart: number[] = [];
  /** [length × K × (ahead + 1)], see `KnownAhead`. */
  readonly known: number[] = [];
  /** What stands in the columns of `Revisions`; empty where no late readings are taken in. */
  readonly revision: number[] = [];
  readonly again: number[] = [];
  readonly place: number[] = [];
  readonly isNewest: number[] = [];

  get length(): number {
    return this.from.length;
  }
}
