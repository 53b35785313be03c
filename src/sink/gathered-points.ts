import type { Points } from './points.ts';

/**
 * Points that wait for the commit: the blocks of many frames, gathered into one block of each kind, in order. Frames of a few
 * series give blocks of a row or two, which would cost a sink more than their rows, and many times the memory. What is told and what withdraws it are of two
 * kinds: of these a kind has several blocks where that keeps them in order. So has what a reading is found odd by, where a late one may
 * find another; and an alert that may be revised is a block of its own.
 */
export class GatheredPoints {
  readonly #all: Growing[] = [];
  /** Of each kind the block that its next rows go to. */
  readonly #kinds = new Map<string, Growing>();

  add(block: Points): void {
    if (block.length === 0) return;
    const kind = kindOf(block);
    if (block.fields['revision']) this.#closeOthers(block, kind);
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

  /** Where a block tells of what others have told of, in other words, or withdraws it, nothing more goes to those. */
  #closeOthers(block: Points, own: string): void {
    if (block.measurement === 'alert') this.#kinds.delete(own);
    const subject = subjectOf(block);
    for (const [kind, { like }] of this.#kinds)
      if (kind !== own && subjectOf(like) === subject) this.#kinds.delete(kind);
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

/** Rows that there is room for at first. */
const ROOM = 256;

/** Rows of one kind, of which more and more come. */
class Growing {
  /** The first of its blocks. */
  readonly like: Points;
  readonly #series: string[] = [];
  #time = new Float64Array(ROOM);
  #offset = new Float64Array(ROOM);
  readonly #fields: Map<string, Float64Array>;

  constructor(like: Points) {
    this.like = like;
    this.#fields = new Map(Object.keys(like.fields).map((name) => [name, new Float64Array(ROOM)]));
  }

  add({ length, series, time, fields, offset }: Points): void {
    const before = this.#series.length;
    if (before + length > this.#time.length) this.#grow(before + length);
    for (let row = 0; row < length; row++) this.#series.push(series[row]!);
    this.#time.set(time, before);
    this.#offset.set(offset, before);
    for (const [name, column] of this.#fields) column.set(fields[name]!, before);
  }

  block(): Points {
    const { length } = this.#series;
    const rows = (column: Float64Array): Float64Array => column.subarray(0, length);
    return {
      ...this.like,
      length,
      series: this.#series,
      time: rows(this.#time),
      fields: Object.fromEntries(Array.from(this.#fields, ([name, column]) => [name, rows(column)])),
      offset: rows(this.#offset),
    };
  }

  #grow(least: number): void {
    const room = Math.max(least, 2 * this.#time.length);
    const larger = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const all = new Float64Array(room);
      all.set(column);
      return all;
    };
    this.#time = larger(this.#time);
    this.#offset = larger(this.#offset);
    for (const [name, column] of this.#fields) this.#fields.set(name, larger(column));
  }
}
