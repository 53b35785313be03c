import { isWithdrawn, type Points } from './points.ts';

/**
 * Points that wait for the commit: the blocks of many frames, gathered into one block of each kind, in order. Frames of a few
 * series give blocks of a row or two, which would cost a sink more than their rows, and many times the memory. What is told and what withdraws it are of two
 * kinds: of these a kind has several blocks where that keeps them in order.
 */
export class GatheredPoints {
  readonly #all: Growing[] = [];
  /** Of each kind the block that its next rows go to. */
  readonly #kinds = new Map<string, Growing>();

  add(block: Points): void {
    if (block.length === 0) return;
    const kind = kindOf(block);
    if (block.fields['revision']) this.#closeOthers(block);
    let rows = this.#kinds.get(kind);
    if (rows === undefined) {
      rows = new Growing(block);
      this.#kinds.set(kind, rows);
      this.#all.push(rows);
    }
    rows.add(block);
  }

  /** One block of each kind that has rows. */
  blocks(): Points[] {
    return this.#all.map((rows) => rows.block());
  }

  /** Where a block withdraws what others have told, or tells what others have withdrawn, nothing more goes to those. */
  #closeOthers(block: Points): void {
    const subject = subjectOf(block);
    for (const [kind, { like }] of this.#kinds) {
      if (isWithdrawn(like) !== isWithdrawn(block) && subjectOf(like) === subject) this.#kinds.delete(kind);
    }
  }
}

/** What the points of a block tell of, whatever they tell. */
function subjectOf({ measurement, tags }: Points): string {
  return kindOf({ measurement, tags, fields: {} });
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
  /** The first of its blocks. */
  readonly like: Points;
  readonly #fields: readonly (readonly [string, number[]])[];
  readonly #series: string[] = [];
  readonly #time: number[] = [];
  readonly #offset: number[] = [];

  constructor(like: Points) {
    this.like = like;
    this.#fields = Object.keys(like.fields).map((name) => [name, []] as const);
  }

  add({ length, series, time, fields, offset }: Points): void {
    for (let row = 0; row < length; row++) {
      this.#series.push(series[row]!);
      this.#time.push(time[row]!);
      this.#offset.push(offset[row]!);
    }
    for (const [name, column] of this.#fields) {
      const values = fields[name]!;
      for (let row = 0; row < length; row++) column.push(values[row]!);
    }
  }

  block(): Points {
    return {
      ...this.like,
      length: this.#series.length,
      series: this.#series,
      time: Float64Array.from(this.#time),
      fields: Object.fromEntries(this.#fields.map(([name, column]) => [name, Float64Array.from(column)])),
      offset: Float64Array.from(this.#offset),
    };
  }
}
