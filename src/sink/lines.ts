import type { Points } from './points.ts';

/** The row of points that a line came from. */
export interface LineSource {
  readonly series: string;
  readonly offset: number;
}

/** Lines of line protocol as bytes, with a line break between each two. */
export class Lines {
  readonly #all: Buffer;
  /** Where each line ends in `#all`, its line break left out. */
  readonly #ends: readonly number[];
  readonly #sources: readonly Points[];
  readonly #rows: readonly number[];
  readonly #from: number;
  readonly #to: number;

  /** Of all that are given those from number `from` to before `to`. */
  constructor(
    all: Buffer,
    ends: readonly number[],
    sources: readonly Points[],
    rows: readonly number[],
    from = 0,
    to = ends.length,
  ) {
    this.#all = all;
    this.#ends = ends;
    this.#sources = sources;
    this.#rows = rows;
    this.#from = from;
    this.#to = to;
  }

  get count(): number {
    return this.#to - this.#from;
  }

  get bytes(): Buffer {
    return this.#all.subarray(this.#start(this.#from), this.#start(this.#to) - 1);
  }

  line(i: number): Buffer {
    return this.#all.subarray(this.#start(this.#from + i), this.#ends[this.#from + i]);
  }

  source(i: number): LineSource {
    const points = this.#sources[this.#from + i]!;
    const row = this.#rows[this.#from + i]!;
    return { series: points.series[row]!, offset: points.offset[row]! };
  }

  /** Of these the ones from number `from` to before `to`: the same bytes, not a copy. */
  slice(from: number, to: number): Lines {
    return new Lines(this.#all, this.#ends, this.#sources, this.#rows, this.#from + from, this.#from + to);
  }

  /** Where line `i` of all begins, which is behind the line break of the one before. */
  #start(i: number): number {
    return i === 0 ? 0 : this.#ends[i - 1]! + 1;
  }
}

/** Lines that become bytes at a time: enough that the call is cheap, few enough that their texts die young. */
const TOGETHER = 256;
const ROOM = 65_536;
/** Most bytes of UTF-8 that a code unit takes. */
const LONGEST = 3;

/** A text with the line of a row behind it, without a line break; the text as it is of a row that is no line. */
export type Append = (text: string, row: number) => string;

/** Lines that are written one after the other. */
export class LinesInMaking {
  #bytes = Buffer.allocUnsafe(ROOM);
  #used = 0;
  readonly #ends: number[] = [];
  readonly #sources: Points[] = [];
  readonly #rows: number[] = [];
  /** Lines that are not bytes yet, and where each of them ends in it. */
  #text = '';
  readonly #textEnds: number[] = [];

  get count(): number {
    return this.#rows.length;
  }

  /** Adds the line of a row, unless it has none. */
  add(append: Append, source: Points, row: number): void {
    const text = append(this.#text, row);
    if (text.length === this.#text.length) return;
    this.#text = text;
    this.#textEnds.push(this.#text.length);
    this.#text += '\n';
    this.#sources.push(source);
    this.#rows.push(row);
    if (this.#textEnds.length === TOGETHER) this.#write();
  }

  end(): Lines {
    this.#write();
    return new Lines(this.#bytes, this.#ends, this.#sources, this.#rows);
  }

  #write(): void {
    const text = this.#text;
    this.#makeRoom(LONGEST * text.length);
    const written = this.#bytes.write(text, this.#used);
    if (written === text.length) for (const end of this.#textEnds) this.#ends.push(this.#used + end);
    else this.#findEnds(text);
    this.#used += written;
    this.#text = '';
    this.#textEnds.length = 0;
  }

  /** Where the lines of a text end of which some characters take several bytes. */
  #findEnds(text: string): void {
    let begun = 0;
    let at = this.#used;
    for (const end of this.#textEnds) {
      at += Buffer.byteLength(text.slice(begun, end));
      this.#ends.push(at);
      at += 1;
      begun = end + 1;
    }
  }

  #makeRoom(more: number): void {
    const least = this.#used + more;
    if (least <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(least, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}
