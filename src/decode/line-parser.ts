import { decimal } from './decimal.ts';
import type { Refusal } from './decoder.ts';
import { at, invalid, isRefusal, malformed } from './refusal.ts';
import { shown } from './shown.ts';

/** A field's value. Integers beyond 2^53 are rounded to the nearest float64. */
type FieldValue = number | string | boolean;

/** One line of InfluxDB line protocol, unescaped. */
export interface Line {
  readonly measurement: string;
  /** In the order they came in. */
  readonly tags: readonly (readonly [string, string])[];
  readonly fields: readonly (readonly [string, FieldValue])[];
  /** The digits of the timestamp; undefined where the line has none. */
  readonly time: string | undefined;
}

/**
 * Parses InfluxDB line protocol: all lines of a text, or what is wrong with the first bad one. Compared with InfluxDB 2.7 on random
 * lines, it takes nothing else than that does, but for lines that end in CR LF; and it refuses three things that are let through there:
 * two fields of one name (which one counts?), anything after a closing quote, and a tag's value that begins with a bare `=`.
 *
 * 1. Lines are `measurement[,tag=value…] field=value[,field=value…] [timestamp]`; blank lines and `# comments` are skipped.
 * 2. Outside quotes a backslash takes the meaning from a `,`, `=` (not in a measurement) or space right after it; elsewhere it stands
 *    for itself. In quotes it does so for `"` and `\`. Text in quotes may run over several lines.
 *
 * @see https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
export function parseLines(text: string): readonly Line[] | Refusal {
  const scanner = new LineScanner(text);
  const lines: Line[] = [];
  while (scanner.toNextLine()) {
    const line = scanner.line();
    if (isRefusal(line)) return at(`line ${scanner.lineNumber()}: `, line);
    lines.push(line);
  }
  return lines;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

const TIMESTAMP = /^-?\d+$/;
const INTEGER = /^-?\d+i$/;
const UNSIGNED = /^\d+u$/;
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((text) => [text, false] as const),
]);

/** Walks once over the text; `#at` is the only thing that changes. */
class LineScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Skips blank lines, comments and leading white space; false at the end of the text. */
  toNextLine(): boolean {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#code();
      if (code === HASH) {
        const end = this.#text.indexOf('\n', this.#at);
        if (end < 0) return false;
        this.#at = end;
      } else if (code !== LF && code !== CR && code !== SPACE && code !== TAB) {
        return true;
      }
    }
    return false;
  }

  /** The line that begins here; afterwards at its end. */
  line(): Line | Refusal {
    const measurement = this.#name(false);
    if (measurement === '') return malformed('expected a measurement, got none');
    const tags = this.#tags();
    if (isRefusal(tags)) return tags;
    const spaces = this.#skipSpaces();
    if (spaces === 0 || this.#atEnd()) return malformed('expected fields, got none');
    const fields = this.#fields();
    if (isRefusal(fields)) return fields;
    this.#skipSpaces();
    const time = this.#word();
    this.#skipSpaces();
    if (!this.#atEnd() || (time !== '' && !TIMESTAMP.test(time))) {
      return malformed(`expected a timestamp and the end of the line, got ${shown(time)}`);
    }
    return { measurement, tags, fields, time: time === '' ? undefined : time };
  }

  lineNumber(): number {
    let count = 1;
    for (let i = this.#text.indexOf('\n'); i >= 0 && i < this.#at; i = this.#text.indexOf('\n', i + 1))
      count++;
    return count;
  }

  #tags(): [string, string][] | Refusal {
    const tags: [string, string][] = [];
    const seen = new Set<string>();
    while (this.#code() === COMMA) {
      this.#at++;
      const key = this.#name(true);
      if (key === '' || this.#code() !== EQUALS) return malformed(`expected tag=value, got ${shown(key)}`);
      this.#at++;
      const value = this.#name(true);
      if (value === '' || this.#code() === EQUALS)
        return malformed(`tag ${shown(key)}: expected a value, got ${shown(value)}`);
      if (seen.has(key)) return malformed(`tag ${shown(key)}: expected once, got it twice`);
      seen.add(key);
      tags.push([key, value]);
    }
    return tags;
  }

  #fields(): [string, FieldValue][] | Refusal {
    const fields: [string, FieldValue][] = [];
    const seen = new Set<string>();
    for (;;) {
      const key = this.#name(true);
      if (key === '' || this.#code() !== EQUALS) return malformed(`expected field=value, got ${shown(key)}`);
      this.#at++;
      const value = this.#code() === QUOTE ? this.#quoted() : fieldValue(this.#word(COMMA));
      if (value === undefined)
        return malformed(`field ${shown(key)}: expected a number, text or boolean, got something else`);
      if (typeof value === 'number' && !Number.isFinite(value)) {
        return invalid(`field ${shown(key)}: expected a number that InfluxDB can hold, got a larger one`);
      }
      if (seen.has(key)) return malformed(`field ${shown(key)}: expected once, got it twice`);
      seen.add(key);
      fields.push([key, value]);
      if (this.#code() === COMMA) this.#at++;
      else if (this.#code() === SPACE || this.#atEnd()) return fields;
      else return malformed(`field ${shown(key)}: expected a comma or a space after it, got something else`);
    }
  }

  /** A measurement, or a part of a tag or field's key: up to a comma, equals sign (in tags and keys) or space without a backslash. */
  #name(equalsEnds: boolean): string {
    const from = this.#at;
    let escapes = false;
    for (; !this.#atEnd(); this.#at++) {
      const code = this.#code();
      if (code === COMMA || code === SPACE || (equalsEnds && code === EQUALS)) {
        if (this.#at === from || this.#text.charCodeAt(this.#at - 1) !== BACKSLASH) break;
        escapes = true;
      }
    }
    const name = this.#text.slice(from, this.#at);
    return escapes ? name.replace(equalsEnds ? /\\([,= ])/g : /\\([, ])/g, '$1') : name;
  }

  /** Text in quotes, unescaped; undefined without the closing quote. */
  #quoted(): string | undefined {
    const from = this.#at + 1;
    let escapes = false;
    for (let i = from; i < this.#text.length; i++) {
      const code = this.#text.charCodeAt(i);
      if (code === BACKSLASH) {
        escapes = true;
        i++;
      } else if (code === QUOTE) {
        this.#at = i + 1;
        const text = this.#text.slice(from, i);
        return escapes ? text.replace(/\\(["\\])/g, '$1') : text;
      }
    }
    return undefined;
  }

  /** What stands here up to a space, the end of the line or `end`. */
  #word(end = SPACE): string {
    const from = this.#at;
    while (!this.#atEnd() && this.#code() !== SPACE && this.#code() !== end) this.#at++;
    return this.#text.slice(from, this.#at);
  }

  #skipSpaces(): number {
    const from = this.#at;
    while (this.#code() === SPACE) this.#at++;
    return this.#at - from;
  }

  /** The code unit here, NaN at the end of the text. */
  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #atEnd(): boolean {
    if (this.#at >= this.#text.length) return true;
    const code = this.#code();
    if (code === LF) return true;
    return code === CR && (this.#at + 1 === this.#text.length || this.#text.charCodeAt(this.#at + 1) === LF);
  }
}

/** undefined: no field value; infinite: a number out of range. */
function fieldValue(word: string): number | boolean | undefined {
  if (INTEGER.test(word)) return integer(word, -(2n ** 63n), 2n ** 63n - 1n);
  if (UNSIGNED.test(word)) return integer(word, 0n, 2n ** 64n - 1n);
  if (word.startsWith('+')) return undefined;
  const number = decimal(word);
  return Number.isNaN(number) ? BOOLEANS.get(word) : number;
}

function integer(word: string, least: bigint, most: bigint): number {
  // 24 digits are more than enough to see that it is out of range, and spare the conversion of a million of them.
  const exact = word.length > 24 ? NaN : BigInt(word.slice(0, -1));
  return typeof exact === 'bigint' && exact >= least && exact <= most ? Number(exact) : Infinity;
}
