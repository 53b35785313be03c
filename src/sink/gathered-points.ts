import { type Points, revisionAt } from './points.ts';

/**
 * Points that wait for the commit: the blocks of many frames, gathered into one block of each kind, in order. Frames of a few
 * series give blocks of a row or two, which would cost a sink more than their rows, and many times the memory. A row that a late reading has
 * revised by then is left out.
 */
export class GatheredPoints {
  readonly #kinds = new Map<string, Growing>();
  #added = 0;
  #isRevised = false;

  add(block: Points): void {
    if (block.length === 0) return;
    const kind = kindOf(block);
    let rows = this.#kinds.get(kind);
    if (rows === undefined) {
      rows = new Growing(block);
      this.#kinds.set(kind, rows);
    }
    rows.add(block, this.#added);
    this.#added += block.length;
    for (let row = 0; row < block.length; row++) if (revisionAt(block, row) > 0) this.#isRevised = true;
  }

  /** One block of each kind that has rows. */
  blocks(): Points[] {
    const all = [...this.#kinds.values()];
    if (!this.#isRevised) return all.map((rows) => rows.block());
    const revised = new Map<string, number>();
    for (const rows of all) rows.noteRevised(revised);
    return all.map((rows) => rows.block(revised)).filter(({ length }) => length > 0);
  }
}

/** All that is the same in every row of a block. */
function kindOf({
  measurement,
  tags,
  labels,
  fields,
}: Pick<Points, 'measurement' | 'tags' | 'labels' | 'fields'>): string {
  let kind: string = measurement;
  for (const name in tags) kind += `\n${name}=${tags[name]}`;
  for (const name in labels) kind += `\n${name}="${labels[name]}"`;
  for (const name in fields) kind += `\n${name}`;
  return kind;
}

/** Rows of one kind, as growing columns. */
class Growing {
  readonly #like: Points;
  readonly #fields: readonly (readonly [string, number[]])[];
  readonly #series: string[] = [];
  readonly #time: number[] = [];
  readonly #offset: number[] = [];
  /** Of rows that have a revision their number among the rows of all kinds; else empty. */
  readonly #number: number[] = [];

  constructor(like: Points) {
    this.#like = like;
    this.#fields = Object.keys(like.fields).map((name) => [name, []] as const);
  }

  /** @param added rows of all kinds before these */
  add({ length, series, time, fields, offset }: Points, added: number): void {
    for (let row = 0; row < length; row++) {
      if (fields['revision']) this.#number.push(added + row);
      this.#series.push(series[row]!);
      this.#time.push(time[row]!);
      this.#offset.push(offset[row]!);
    }
    for (const [name, column] of this.#fields) {
      const values = fields[name]!;
      for (let row = 0; row < length; row++) column.push(values[row]!);
    }
  }

  /** Adds of each identity that a row of a later revision has the number of the last one of these. */
  noteRevised(to: Map<string, number>): void {
    const [, revision = []] = this.#fields.find(([name]) => name === 'revision') ?? [];
    for (const [row, number] of this.#number.entries()) {
      const identity = this.#identity(row);
      if (revision[row]! > 0 && number > (to.get(identity) ?? -1)) to.set(identity, number);
    }
  }

  /** @param revised by identity the number of the row that takes the place of those before it */
  block(revised?: ReadonlyMap<string, number>): Points {
    const isKept = (row: number): boolean =>
      !(this.#number[row]! < (revised!.get(this.#identity(row)) ?? -1));
    const rows = revised && this.#number.length > 0 ? [...this.#series.keys()].filter(isKept) : undefined;
    const column = (values: readonly number[]): Float64Array =>
      Float64Array.from(rows ? rows.map((row) => values[row]!) : values);
    return {
      ...this.#like,
      length: rows ? rows.length : this.#series.length,
      series: rows ? rows.map((row) => this.#series[row]!) : this.#series,
      time: column(this.#time),
      fields: Object.fromEntries(this.#fields.map(([name, values]) => [name, column(values)])),
      offset: column(this.#offset),
    };
  }

  #identity(row: number): string {
    const { measurement, tags } = this.#like;
    return `${kindOf({ measurement, tags, fields: {} })}\n${this.#time[row]}\n${this.#series[row]}`;
  }
}
