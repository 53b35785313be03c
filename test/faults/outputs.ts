import { z } from 'zod';
import { ChangelogFollower, type PartitionState } from './changelog-follower.ts';
import type { ConsoleRecord } from './console-reader.ts';
import { Violation } from './violation.ts';
import { digest, PARTITIONS } from './workload.ts';

/** Key of what the harness writes behind everything else of a topic of outputs. */
export const END = 'end-of-round';

/** Topics that a run writes to. */
export const KINDS_OF_TOPIC = ['changelog', 'forecast', 'anomaly', 'event', 'dead'] as const;
export type KindOfTopic = (typeof KINDS_OF_TOPIC)[number];

/** What an undisturbed run gives. */
export interface Expected {
  /** Values of a series' forecasts of one horizon, of its anomalies, or of its events of one kind, in order. */
  readonly sequences: ReadonlyMap<string, readonly string[]>;
  /** Dead letters by partition and offset of the record that they are. */
  readonly dead: ReadonlyMap<string, string>;
  readonly states: readonly PartitionState[];
}

const Point = z.record(z.string(), z.unknown());
const STATE_KEY = /^(?:meta|meaning|slots|sentinel|reset|series)(?:@[ab])?(?:#\d+)?(?:\/|$)/;

export interface OutputsParts {
  /** Left out where this is the undisturbed run itself. */
  readonly expected?: Expected | undefined;
  /** What the harness writes behind everything else of the changelog. */
  readonly sentinel: Buffer;
  /** Whether no record of the changelog has been removed by compaction. */
  readonly isComplete: boolean;
  readonly mode: 'rows' | 'generations';
  /** The promise that is broken where a record differs. */
  readonly promise: 'I1' | 'I6';
}

/**
 * What a reader of a run's topics has seen so far. Each record is held against the undisturbed run's at once, so that what has been
 * seen is always a prefix; `finish` says whether it is all.
 */
export class Outputs {
  readonly #parts: OutputsParts;
  readonly #sequences = new Map<string, string[]>();
  readonly #seen = new Map<string, number>();
  readonly #dead = new Map<string, string>();
  readonly #cursors = new Map<string, number>();
  readonly #changelog: readonly ChangelogFollower[];
  readonly #ends = new Set<string>();
  records = 0;

  constructor(parts: OutputsParts) {
    this.#parts = parts;
    this.#changelog = Array.from(
      { length: PARTITIONS },
      (_, partition) => new ChangelogFollower({ ...parts, partition }),
    );
  }

  /** Whether the harness's own last record of every partition of every topic has been seen. */
  get hasEnded(): boolean {
    return (
      this.#ends.size === PARTITIONS * (KINDS_OF_TOPIC.length - 1) &&
      this.#changelog.every(({ hasEnded }) => hasEnded)
    );
  }

  /** @throws Violation */
  take(record: ConsoleRecord): void {
    const { partition, offset, key, value } = record;
    if (key === END) {
      this.#ends.add(`${String(value)}/${partition}`);
      return;
    }
    const kind = kindOf(record);
    const place = `${kind}/${partition}`;
    // a reader that begins anew tells what it has told
    if (offset <= (this.#cursors.get(place) ?? -1)) return;
    this.#cursors.set(place, offset);
    this.records += 1;
    switch (kind) {
      case 'changelog':
        return this.#changelog[partition]!.take(record);
      case 'dead':
        return this.#deadLetter(record);
      case 'forecast':
      case 'anomaly':
      case 'event':
        return this.#next(`${partition} ${kind} ${identity(value)}`, record);
    }
  }

  /**
   * What was seen, when everything has been.
   *
   * @throws Violation
   */
  finish(): Expected {
    const { expected, promise } = this.#parts;
    const states = this.#changelog.map((one) => one.state());
    if (expected) {
      for (const [name, values] of expected.sequences) {
        const seen = this.#seen.get(name) ?? 0;
        if (seen < values.length)
          throw new Violation(
            promise,
            `${name}: ${seen} of ${values.length}; missing is first ${values[seen]}`,
          );
      }
      for (const [where, letter] of expected.dead) {
        if (!this.#dead.has(where))
          throw new Violation('I2', `there is no dead letter of ${where}: ${letter}`);
      }
      states.forEach((state, p) => {
        const other = expected.states[p]!;
        if (state.next !== other.next || (state.sha256 ?? other.sha256) !== other.sha256)
          throw new Violation(
            'I3',
            `partition ${p}: position ${state.next}, ${state.series} series, ${state.sha256?.slice(0, 12)}; undisturbed: ${other.next}, ${other.series}, ${other.sha256?.slice(0, 12)}`,
          );
      });
    }
    return { sequences: this.#sequences, dead: this.#dead, states };
  }

  #next(name: string, { partition, offset, value }: ConsoleRecord): void {
    const text = String(value);
    const { expected, promise } = this.#parts;
    const seen = this.#seen.get(name) ?? 0;
    this.#seen.set(name, seen + 1);
    if (!expected) {
      const values = this.#sequences.get(name);
      if (values) values.push(text);
      else this.#sequences.set(name, [text]);
      return;
    }
    const wanted = expected.sequences.get(name)?.[seen];
    if (text !== wanted)
      throw new Violation(
        promise,
        `number ${seen} of ${name} (at ${partition}@${offset}) is ${text}; undisturbed: ${wanted ?? 'none'}`,
      );
  }

  #deadLetter({ partition, offset, headers, value }: ConsoleRecord): void {
    const { reason, detail, series, offset: of, omitted } = headers;
    const where = `${partition}@${of}`;
    const bytes = value === null ? 'no bytes' : `${value.length} bytes ${digest(value)}`;
    const letter = [reason, detail, series, omitted, bytes].join(' | ');
    if (this.#dead.has(where))
      throw new Violation('I2', `a second dead letter of ${where}, at ${partition}@${offset}`);
    this.#dead.set(where, letter);
    const { expected } = this.#parts;
    const wanted = expected?.dead.get(where);
    if (expected && wanted !== letter)
      throw new Violation('I2', `dead letter of ${where}: ${letter}; undisturbed: ${wanted ?? 'none'}`);
  }
}

function kindOf({ key, headers, value }: ConsoleRecord): KindOfTopic {
  if (STATE_KEY.test(key)) return 'changelog';
  if (headers['reason'] !== undefined) return 'dead';
  if (value?.includes('"yhat"') === true) return 'forecast';
  return value?.includes('"kind"') === true ? 'event' : 'anomaly';
}

/** Whose order is the same in every run: the texts of a point, which are its series, its tags and its labels. */
function identity(value: Buffer | null): string {
  const point = Point.parse(JSON.parse(String(value)));
  return Object.values(point)
    .filter((field) => typeof field === 'string')
    .join(' ');
}
