import { describe, expect, test } from 'vitest';
import { metaBytes, type Meta } from '../../src/store/kafka-meta.ts';
import { encodeState, type StateValue } from '../../src/store/kafka-state.ts';
import { ChangelogRecords } from '../../src/verify/changelog-records.ts';

const fingerprint = 'aa'.repeat(32);

/** The records of a changelog, written one by one. */
class Written {
  readonly records = new ChangelogRecords('t/0', true);
  #offset = 0;

  /** @returns the sum of what was written */
  put(state: Omit<StateValue, 'fingerprint'>): number {
    let sum = 0;
    for (const message of encodeState({ ...state, fingerprint })) {
      const { key, value } = message;
      this.records.take({ offset: this.#offset++, key: Buffer.from(key), value });
      sum += message.sum;
    }
    return sum;
  }

  row(commit: number, birth: number, text: string, letter?: 'a' | 'b'): number {
    const bytes = Buffer.from(text);
    return this.put({ kind: 'series', series: `s${birth}`, birth, commit, letter, bytes });
  }

  slots(commit: number, letter?: 'a' | 'b'): void {
    this.put({ kind: 'slots', commit, letter, bytes: Buffer.from(`slots ${commit}`) });
  }

  meta(commit: number, meta: Omit<Meta, 'watermark'>): void {
    this.put({ kind: 'meta', commit, bytes: metaBytes({ watermark: 0, ...meta }) });
  }

  get state() {
    const { rows, slots, at } = this.records.state(this.records.commit()!);
    return {
      rows: rows.map(({ series, bytes }) => `${series} ${Buffer.from(bytes).toString()}`),
      slots: Buffer.from(slots).toString(),
      at,
    };
  }
}

describe('rows', () => {
  // Seen to fail when what is behind the last `meta` counts.
  test('as of the last commit that is told of, whatever has been begun behind it', () => {
    const log = new Written();
    const first = log.row(1, 0, 'one') + log.row(1, 1, 'two');
    log.slots(1);
    log.meta(1, { next: 10, rows: 2, sum: first });
    const expected = { rows: ['s0 one', 's1 two'], slots: 'slots 1', at: { next: 10, commands: Infinity } };
    expect(log.state).toEqual(expected);
    log.row(2, 0, 'three');
    log.slots(2);
    expect(log.state).toEqual(expected);
  });

  test('a row that is missing is told of', () => {
    const log = new Written();
    const sum = log.row(1, 0, 'one');
    log.slots(1);
    log.meta(1, { next: 10, rows: 2, sum: sum * 2 });
    expect(() => log.state).toThrow('The changelog does not hold the whole state');
  });

  test('nothing of before a reset counts', () => {
    const log = new Written();
    log.meta(1, { next: 10, rows: 0, sum: 0 });
    log.put({ kind: 'reset', commit: 2, bytes: new Uint8Array() });
    expect(log.records.commit()).toBeUndefined();
  });
});

test('of generations the last whole one, at its position, with the commands that it knows', () => {
  const log = new Written();
  const sum = log.row(1, 0, 'whole', 'a');
  log.slots(1, 'a');
  const generation = { stamp: 1, next: 10, letter: 'a' } as const;
  const told = { rows: 1, sum, generation };
  log.meta(2, { next: 10, ...told });
  log.row(3, 0, 'begun', 'b');
  const command = { number: 5, before: 10, command: { kind: 'tick', time: 1 } } as const;
  log.meta(3, { next: 20, ...told, commands: [command] });
  expect(log.state).toEqual({ rows: ['s0 whole'], slots: 'slots 1', at: { next: 10, commands: 4 } });
});
